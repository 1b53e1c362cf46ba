package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads schemas into clauses: resolves references, multiplies out what {@code allOf} and {@code anyOf} say.
 *
 * <p>Source: JSON Schema 2020-12, core and validation; {@code exclusiveMinimum: true} and lists in {@code items} as older drafts
 * have them are refused.
 */
final class ClauseReader {

    private static final int MAX_CLAUSES = 2_000;
    private static final int MAX_DEPTH = 200;

    private final SchemaDocument document;
    private final Budget budget;
    private final Set<Integer> open = new HashSet<>();
    private final Map<Integer, List<Clause>> known = new HashMap<>();

    ClauseReader(SchemaDocument document, Budget budget) {
        this.document = document;
        this.budget = budget;
    }

    /** What all schemas of this goal say together. */
    List<Clause> read(List<Integer> goal) {
        List<Clause> clauses = Clause.ANYTHING;
        for (int number : goal) {
            clauses = both(clauses, read(number));
        }
        return clauses;
    }

    private List<Clause> read(int number) {
        JsonNode schema = document.part(number);
        if (schema.isBoolean()) {
            return schema.booleanValue() ? Clause.ANYTHING : List.of();
        }
        if (!schema.isObject()) {
            throw new SchemaRefusedException("a schema is neither an object nor true or false");
        }
        @Nullable List<Clause> found = known.get(number);
        if (found != null) {
            return found;
        }
        if (!open.add(number)) {
            throw new SchemaRefusedException("$ref leads back to itself with no value between");
        }
        if (open.size() > MAX_DEPTH) {
            throw new SchemaRefusedException("schemas refer to each other more than " + MAX_DEPTH + " deep");
        }
        List<Clause> clauses = read(new Keywords(schema));
        open.remove(number);
        known.put(number, clauses);
        return clauses;
    }

    private List<Clause> read(Keywords keywords) {
        keywords.requireSupported();
        List<Clause> clauses = typed(keywords);
        clauses = both(clauses, values(keywords));
        @Nullable String reference = keywords.text("$ref");
        if (reference != null) {
            clauses = both(clauses, read(document.goal(document.resolve(reference))));
        }
        for (JsonNode part : keywords.schemas("allOf")) {
            clauses = both(clauses, read(document.goal(part)));
        }
        clauses = both(clauses, anyOf(keywords.schemas("anyOf")));
        List<JsonNode> exclusive = keywords.schemas("oneOf");
        if (!exclusive.isEmpty()) {
            clauses = both(clauses, oneOf(exclusive));
        }
        return clauses;
    }

    private List<Clause> anyOf(List<JsonNode> options) {
        if (options.isEmpty()) {
            return Clause.ANYTHING;
        }
        Set<Clause> clauses = new LinkedHashSet<>();
        options.forEach(option -> clauses.addAll(read(document.goal(option))));
        return List.copyOf(clauses);
    }

    private List<Clause> oneOf(List<JsonNode> options) {
        List<List<Clause>> read = new ArrayList<>();
        options.forEach(option -> read.add(read(document.goal(option))));
        Exclusion exclusion = new Exclusion(document, budget);
        List<Clause> clauses = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!exclusion.disjoint(read.get(i), read.get(j))) {
                    throw new SchemaRefusedException("oneOf has options that one value may obey at once, which is not"
                            + " supported: tell them apart by type or by a required property's const, or use anyOf");
                }
            }
            clauses.addAll(read.get(i));
        }
        return clauses;
    }

    private List<Clause> both(List<Clause> one, List<Clause> other) {
        if (one == Clause.ANYTHING || other == Clause.ANYTHING) {
            return one == Clause.ANYTHING ? other : one;
        }
        budget.spend((long) one.size() * other.size());
        Set<Clause> both = new LinkedHashSet<>();
        for (Clause first : one) {
            for (Clause second : other) {
                @Nullable Clause clause = ClauseConjunction.of(first, second);
                if (clause != null) {
                    budget.spend(size(clause));
                    both.add(clause);
                }
            }
        }
        if (both.size() > MAX_CLAUSES) {
            throw new SchemaRefusedException("anyOf and allOf multiply to more than " + MAX_CLAUSES + " cases");
        }
        return List.copyOf(both);
    }

    private static int size(Clause clause) {
        return switch (clause) {
            case Clause.Members members -> 1 + 4 * members.properties().size();
            case Clause.Elements elements -> 1 + 4 * elements.first().size();
            case Clause.Text text ->
                1 + (text.values() == null ? 0 : text.values().size());
            case Clause.Numbers numbers ->
                1 + (numbers.values() == null ? 0 : numbers.values().size());
            case Clause.Null _, Clause.Truth _ -> 1;
        };
    }

    private List<Clause> typed(Keywords keywords) {
        Set<String> types = keywords.names("type");
        if (types.isEmpty() && keywords.get("type") != null) {
            throw keywords.wrong("type", "must name at least one type");
        }
        if (types.isEmpty()) {
            types = Set.of("null", "boolean", "number", "string", "object", "array");
        }
        List<Clause> clauses = new ArrayList<>();
        for (String type : types) {
            clauses.add(
                    switch (type) {
                        case "null" -> new Clause.Null();
                        case "boolean" -> new Clause.Truth(Set.of(false, true));
                        case "number" -> numbers(keywords, false);
                        case "integer" -> numbers(keywords, true);
                        case "string" -> text(keywords);
                        case "object" -> members(keywords);
                        case "array" -> elements(keywords);
                        default -> throw keywords.wrong("type", "must name types of JSON schema");
                    });
        }
        return clauses;
    }

    private static Clause numbers(Keywords keywords, boolean integer) {
        Clause.Bound low = new Clause.Bound(keywords.number("minimum"), false);
        Clause.Bound aboveLow = new Clause.Bound(keywords.number("exclusiveMinimum"), true);
        Clause.Bound high = new Clause.Bound(keywords.number("maximum"), false);
        Clause.Bound belowHigh = new Clause.Bound(keywords.number("exclusiveMaximum"), true);
        @Nullable BigDecimal multipleOf = keywords.number("multipleOf");
        if (multipleOf != null && multipleOf.signum() <= 0) {
            throw keywords.wrong("multipleOf", "must be above 0");
        }
        @Nullable
        Clause clause = ClauseConjunction.of(
                new Clause.Numbers(integer, low, high, multipleOf, null),
                new Clause.Numbers(integer, bound(aboveLow), bound(belowHigh), null, null));
        if (clause == null) {
            throw new AssertionError("bounds alone leave no clause out");
        }
        return clause;
    }

    private static Clause.Bound bound(Clause.Bound bound) {
        return bound.value() == null ? Clause.Bound.NONE : bound;
    }

    private static Clause text(Keywords keywords) {
        Set<String> patterns = new LinkedHashSet<>();
        @Nullable String pattern = keywords.text("pattern");
        if (pattern != null) {
            patterns.add(pattern);
        }
        @Nullable String format = keywords.text("format");
        if (format != null) {
            patterns.addAll(FormatPatterns.of(format));
        }
        return new Clause.Text(
                keywords.count("minLength", 0), keywords.count("maxLength", TextLexeme.UNBOUNDED), patterns, null);
    }

    private Clause members(Keywords keywords) {
        Map<String, List<Integer>> properties = new LinkedHashMap<>();
        @Nullable JsonNode named = keywords.get("properties");
        if (named != null && !named.isObject()) {
            throw keywords.wrong("properties", "must be an object");
        }
        if (named != null) {
            named.properties().forEach(entry -> properties.put(entry.getKey(), document.goal(entry.getValue())));
        }
        @Nullable JsonNode rest = keywords.get("additionalProperties");
        return new Clause.Members(
                properties,
                rest == null ? List.of() : document.goal(rest),
                keywords.names("required"),
                keywords.count("minProperties", 0),
                keywords.count("maxProperties", Integer.MAX_VALUE));
    }

    private Clause elements(Keywords keywords) {
        List<List<Integer>> first = new ArrayList<>();
        keywords.schemas("prefixItems").forEach(part -> first.add(document.goal(part)));
        @Nullable JsonNode rest = keywords.get("items");
        return new Clause.Elements(
                first,
                rest == null ? List.of() : document.goal(rest),
                keywords.count("minItems", 0),
                keywords.count("maxItems", Integer.MAX_VALUE));
    }

    private List<Clause> values(Keywords keywords) {
        List<Clause> clauses = Clause.ANYTHING;
        @Nullable JsonNode constant = keywords.get("const");
        if (constant != null) {
            clauses = new LiteralClauses(document).of(List.of(constant));
        }
        @Nullable JsonNode options = keywords.get("enum");
        if (options != null) {
            if (!options.isArray()) {
                throw keywords.wrong("enum", "must be a list");
            }
            clauses = both(clauses, new LiteralClauses(document).of(new ArrayList<>(options.values())));
        }
        return clauses;
    }
}
