package dev.perigee.engine.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Clauses of values written out in {@code enum} and {@code const}; an object or array is one whose parts are constants. */
final class LiteralClauses {

    private final SchemaDocument document;
    private final Set<Boolean> truths = new LinkedHashSet<>();
    private final Set<BigDecimal> numbers = new LinkedHashSet<>();
    private final Set<String> texts = new LinkedHashSet<>();
    private final List<Clause> clauses = new ArrayList<>();

    LiteralClauses(SchemaDocument document) {
        this.document = document;
    }

    /** One of these values. */
    List<Clause> of(List<JsonNode> values) {
        values.forEach(this::add);
        if (!truths.isEmpty()) {
            clauses.add(new Clause.Truth(truths));
        }
        if (!numbers.isEmpty()) {
            clauses.add(new Clause.Numbers(false, Clause.Bound.NONE, Clause.Bound.NONE, null, numbers));
        }
        if (!texts.isEmpty()) {
            clauses.add(new Clause.Text(0, TextLexeme.UNBOUNDED, Set.of(), texts));
        }
        return List.copyOf(new LinkedHashSet<>(clauses));
    }

    private void add(JsonNode value) {
        if (value.isObject()) {
            Map<String, List<Integer>> properties = new LinkedHashMap<>();
            value.properties().forEach(entry -> properties.put(entry.getKey(), constant(entry.getValue())));
            clauses.add(new Clause.Members(
                    properties, document.goal(SchemaDocument.NOTHING), properties.keySet(), 0, Integer.MAX_VALUE));
        } else if (value.isArray()) {
            List<List<Integer>> first =
                    value.values().stream().map(this::constant).toList();
            clauses.add(new Clause.Elements(first, document.goal(SchemaDocument.NOTHING), first.size(), first.size()));
        } else if (value.isString()) {
            texts.add(value.stringValue());
        } else if (value.isNumber()) {
            numbers.add(value.decimalValue().stripTrailingZeros());
        } else if (value.isBoolean()) {
            truths.add(value.booleanValue());
        } else {
            clauses.add(new Clause.Null());
        }
    }

    private List<Integer> constant(JsonNode value) {
        return document.goal(JsonNodeFactory.instance.objectNode().set("const", value));
    }
}
