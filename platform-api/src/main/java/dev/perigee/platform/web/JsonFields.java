package dev.perigee.platform.web;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a JSON object from outside, each read once with its type and bounds.
 *
 * <p>A field that is {@code null} is as good as absent. Errors: {@link ProblemException} naming field, value and bound.
 */
public final class JsonFields {

    private final ObjectNode node;
    private final String path;

    private JsonFields(ObjectNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /**
     * The fields of an object.
     *
     * @param path where the object stands, empty for the body itself
     * @param known every field that it may have
     * @throws ProblemException naming the first field that is not among them
     */
    public static JsonFields of(ObjectNode node, String path, Set<String> known) {
        JsonFields fields = new JsonFields(node, path);
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw fields.unknown(name, known);
            }
        }
        return fields;
    }

    private ProblemException unknown(String name, Set<String> known) {
        String shown = Quoted.text(path(name));
        return new ProblemException(Problem.invalid(
                "unknown_parameter",
                shown.substring(1, shown.length() - 1),
                "Unknown field " + shown + ": known are "
                        + String.join(", ", known.stream().sorted().toList()) + "."));
    }

    /** The full name of a field, such as {@code messages[0].role}. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The raw value, or {@code null} where it is absent. */
    public @Nullable JsonNode value(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** To be thrown: says what the field must be. */
    public ProblemException mustBe(String name, String what) {
        return mustBe(name, value(name), what);
    }

    /** The same for a value inside a field, such as {@code messages[0]}. */
    public ProblemException mustBe(String name, @Nullable JsonNode value, String what) {
        String given = value == null ? "missing" : shown(value);
        return problem(
                value == null ? "missing_required_parameter" : "invalid_value", name, given + ", must be " + what);
    }

    /** To be thrown: what the field asks for is not offered. */
    public ProblemException unsupported(String name, String offered) {
        JsonNode value = value(name);
        String given = value == null ? "missing" : shown(value);
        return problem("unsupported_value", name, given + ", which is not offered; it must be " + offered);
    }

    private ProblemException wrongType(String name, JsonNode value, String what) {
        return problem("invalid_type", name, shown(value) + ", must be " + what);
    }

    private ProblemException problem(String code, String name, String what) {
        return new ProblemException(Problem.invalid(code, path(name), path(name) + " is " + what + "."));
    }

    private static String shown(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> Quoted.text(value.stringValue());
            case NUMBER, BOOLEAN, NULL, BINARY, MISSING, POJO -> value.toString();
        };
    }

    /** A text, not empty, of at most so many characters. */
    public @Nullable String text(String name, int maxLength) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw wrongType(name, value, "a string");
        }
        String text = value.stringValue();
        if (text.isEmpty() || text.length() > maxLength) {
            throw problem(
                    "invalid_value",
                    name,
                    text.length() + " characters long, must have 1 to " + maxLength + " characters");
        }
        return text;
    }

    /** A text that must be there. */
    public String requiredText(String name, int maxLength) {
        String text = text(name, maxLength);
        if (text == null) {
            throw mustBe(name, "a string");
        }
        return text;
    }

    /** Either of two words. */
    public @Nullable Boolean flag(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw wrongType(name, value, "true or false");
        }
        return value.booleanValue();
    }

    /** A whole number within bounds. */
    public @Nullable Long whole(String name, long low, long high) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrongType(name, value, "a whole number");
        }
        BigDecimal number = value.decimalValue();
        if (number.compareTo(BigDecimal.valueOf(low)) < 0 || number.compareTo(BigDecimal.valueOf(high)) > 0) {
            throw mustBe(name, "from " + low + " to " + high);
        }
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw wrongType(name, value, "a whole number");
        }
    }

    /** A number within bounds. */
    public @Nullable Double number(String name, double low, double high) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            throw wrongType(name, value, "a number");
        }
        double number = value.decimalValue().doubleValue();
        if (!(number >= low && number <= high)) {
            throw mustBe(name, "from " + plain(low) + " to " + plain(high));
        }
        return number;
    }

    private static String plain(double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }

    /** A moment, in RFC 3339. */
    public @Nullable Instant moment(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(value.asString("")).toInstant();
        } catch (DateTimeParseException e) {
            throw mustBe(name, "a moment such as \"2026-12-31T23:59:59Z\"");
        }
    }

    /** The object in a field; {@code known} as in {@link #of}. */
    public @Nullable JsonFields object(String name, Set<String> known) {
        ObjectNode value = rawObject(name);
        return value == null ? null : of(value, path(name), known);
    }

    /** The object in a field, whatever is in it. */
    public @Nullable ObjectNode rawObject(String name) {
        JsonNode value = value(name);
        if (value != null && !(value instanceof ObjectNode)) {
            throw wrongType(name, value, "an object");
        }
        return (ObjectNode) value;
    }

    /** The elements of a list of at most so many, or {@code null} where it is absent. */
    public @Nullable List<JsonNode> list(String name, int maxSize) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ArrayNode array)) {
            throw wrongType(name, value, "a list");
        }
        if (array.size() > maxSize) {
            throw problem("invalid_value", name, array.size() + " elements long, may have at most " + maxSize);
        }
        return array.valueStream().toList();
    }

    /** The texts of a list, or {@code null} where it is absent; bounds as in {@link #list} and {@link #text}. */
    public @Nullable List<String> texts(String name, int maxSize, int maxLength) {
        List<JsonNode> values = list(name, maxSize);
        if (values == null) {
            return null;
        }
        for (int i = 0; i < values.size(); i++) {
            JsonNode value = values.get(i);
            String element = name + "[" + i + "]";
            if (!value.isString()) {
                throw wrongType(element, value, "a string");
            }
            if (value.stringValue().isEmpty() || value.stringValue().length() > maxLength) {
                throw problem("invalid_value", element, "not 1 to " + maxLength + " characters long");
            }
        }
        return values.stream().map(JsonNode::stringValue).toList();
    }
}
