package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Typed reading of one object in config.json; whatever is missing or odd is refused by key and value. */
record ConfigKeys(Path file, String prefix, JsonNode object) {

    ConfigKeys {
        if (!object.isObject()) {
            throw new ModelLoadException(
                    file + " " + prefix, "is " + object + ", wanted is an object", "fetch config.json again");
        }
    }

    ConfigKeys inner(String key) {
        return new ConfigKeys(file, prefix + key + ".", required(key));
    }

    boolean has(String key) {
        @Nullable JsonNode node = object.get(key);
        return node != null && !node.isNull();
    }

    int integer(String key) {
        JsonNode node = required(key);
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw odd(key, node, "a whole number");
        }
        return node.intValue();
    }

    int integer(String key, int absent) {
        return has(key) ? integer(key) : absent;
    }

    double number(String key) {
        JsonNode node = required(key);
        if (!node.isNumber()) {
            throw odd(key, node, "a number");
        }
        return node.doubleValue();
    }

    double number(String key, double absent) {
        return has(key) ? number(key) : absent;
    }

    boolean flag(String key) {
        JsonNode node = required(key);
        if (!node.isBoolean()) {
            throw odd(key, node, "true or false");
        }
        return node.booleanValue();
    }

    String text(String key) {
        JsonNode node = required(key);
        if (!node.isString()) {
            throw odd(key, node, "a text");
        }
        return node.stringValue();
    }

    /** Refuses any other value than these. */
    String oneOf(String key, List<String> known) {
        String value = text(key);
        if (!known.contains(value)) {
            throw odd(key, required(key), "one of " + known);
        }
        return value;
    }

    /** The constant whose name in lower case the key holds. */
    <T extends Enum<T>> T constant(String key, T[] known, T absent) {
        if (!has(key)) {
            return absent;
        }
        List<String> names =
                Arrays.stream(known).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();
        return known[names.indexOf(oneOf(key, names))];
    }

    /** Refuses the key where it is there with another value. */
    void onlyIfPresent(String key, String wanted) {
        if (has(key) && !required(key).asString("").equals(wanted)) {
            throw odd(key, required(key), wanted);
        }
    }

    private JsonNode required(String key) {
        @Nullable JsonNode node = object.get(key);
        if (node == null || node.isNull()) {
            throw new ModelLoadException(
                    file.toString(), "has no \"" + prefix + key + "\"", "fetch config.json of the checkpoint again");
        }
        return node;
    }

    private ModelLoadException odd(String key, JsonNode found, String wanted) {
        return new ModelLoadException(
                file.toString(),
                "\"" + prefix + key + "\" is " + abbreviated(found) + ", wanted is " + wanted,
                "give a checkpoint of the Kimi K2 family");
    }

    private static String abbreviated(JsonNode node) {
        String text = node.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
