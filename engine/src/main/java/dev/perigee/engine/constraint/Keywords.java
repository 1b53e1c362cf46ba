package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema object's keywords, read strictly: a keyword with a value of the wrong kind is refused, not ignored.
 *
 * @param schema a JSON object
 */
record Keywords(JsonNode schema) {

    /** Keywords that would have to be enforced and are not. */
    private static final List<String> UNSUPPORTED = List.of(
            "not",
            "if",
            "then",
            "else",
            "patternProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "unevaluatedProperties",
            "unevaluatedItems",
            "contains",
            "minContains",
            "additionalItems",
            "$dynamicRef",
            "$recursiveRef");

    void requireSupported() {
        for (String keyword : UNSUPPORTED) {
            @Nullable JsonNode value = schema.get(keyword);
            boolean empty = value != null && value.isObject() && value.isEmpty() && !keyword.equals("not");
            if (value != null && !empty) {
                throw new SchemaRefusedException("schema has the keyword " + keyword + ", which is not supported");
            }
        }
        if (flag("uniqueItems")) {
            throw new SchemaRefusedException("schema has uniqueItems true, which is not supported");
        }
    }

    @Nullable
    JsonNode get(String keyword) {
        return schema.get(keyword);
    }

    boolean flag(String keyword) {
        @Nullable JsonNode value = schema.get(keyword);
        if (value != null && !value.isBoolean()) {
            throw wrong(keyword, "must be true or false");
        }
        return value != null && value.booleanValue();
    }

    int count(String keyword, int otherwise) {
        @Nullable BigDecimal value = number(keyword);
        if (value == null) {
            return otherwise;
        }
        if (value.signum() < 0 || value.stripTrailingZeros().scale() > 0) {
            throw wrong(keyword, "must be a whole number from 0");
        }
        return value.compareTo(BigDecimal.valueOf(TextLexeme.UNBOUNDED)) >= 0 ? TextLexeme.UNBOUNDED : value.intValue();
    }

    @Nullable
    BigDecimal number(String keyword) {
        @Nullable JsonNode value = schema.get(keyword);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrong(keyword, "must be a number");
        }
        return value.decimalValue();
    }

    @Nullable
    String text(String keyword) {
        @Nullable JsonNode value = schema.get(keyword);
        if (value != null && !value.isString()) {
            throw wrong(keyword, "must be a string");
        }
        return value == null ? null : value.stringValue();
    }

    /** The schemas of a list keyword; empty where it is absent. */
    List<JsonNode> schemas(String keyword) {
        @Nullable JsonNode value = schema.get(keyword);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.isEmpty()) {
            throw wrong(keyword, "must be a list that is not empty");
        }
        return new ArrayList<>(value.values());
    }

    /** The names of a list keyword or of a single name; empty where it is absent. */
    Set<String> names(String keyword) {
        @Nullable JsonNode value = schema.get(keyword);
        Set<String> names = new LinkedHashSet<>();
        if (value != null && value.isString()) {
            names.add(value.stringValue());
        } else if (value != null) {
            for (JsonNode name : value.isArray() ? value.values() : List.of(value)) {
                if (!name.isString()) {
                    throw wrong(keyword, "must be a list of strings");
                }
                names.add(name.stringValue());
            }
        }
        return names;
    }

    SchemaRefusedException wrong(String keyword, String rule) {
        String shown = String.valueOf(schema.get(keyword));
        return new SchemaRefusedException(
                keyword + " is " + (shown.length() > 60 ? shown.substring(0, 60) + "…" : shown) + ", " + rule);
    }
}
