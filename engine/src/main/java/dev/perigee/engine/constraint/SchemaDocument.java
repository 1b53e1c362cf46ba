package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.engine.json.JsonFiles;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A schema's JSON, its parts numbered as they are met.
 *
 * <p>Threads: one.
 */
final class SchemaDocument {

    /** The longest schema that is read, in characters. */
    static final int MAX_LENGTH = 1 << 18;

    /** For what can be no value. */
    static final JsonNode NOTHING = JsonNodeFactory.instance.booleanNode(false);

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFiles.FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode root;
    private final Map<JsonNode, Integer> numbers = new IdentityHashMap<>();
    private final List<JsonNode> parts = new ArrayList<>();

    private SchemaDocument(JsonNode root) {
        this.root = root;
    }

    static SchemaDocument parse(String schema) {
        if (schema.length() > MAX_LENGTH) {
            throw new SchemaRefusedException(
                    "schema has " + schema.length() + " characters, at most " + MAX_LENGTH + " are read");
        }
        try {
            return new SchemaDocument(MAPPER.readTree(schema));
        } catch (JacksonException e) {
            throw new SchemaRefusedException("schema is not sound JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    /** What the whole document asks. */
    List<Integer> rootGoal() {
        return goal(root);
    }

    /** What this part asks; a schema that asks nothing is an empty goal. */
    List<Integer> goal(JsonNode schema) {
        boolean anything = schema.isObject() && schema.isEmpty() || schema.isBoolean() && schema.booleanValue();
        return anything ? List.of() : List.of(number(schema.isBoolean() ? NOTHING : schema));
    }

    private int number(JsonNode schema) {
        @Nullable Integer known = numbers.putIfAbsent(schema, parts.size());
        if (known != null) {
            return known;
        }
        parts.add(schema);
        return parts.size() - 1;
    }

    /** The part with this number. */
    JsonNode part(int number) {
        return parts.get(number);
    }

    /** The part that a reference names: {@code #}, a pointer behind it, or an anchor. */
    JsonNode resolve(String reference) {
        if (reference.equals("#")) {
            return root;
        }
        JsonNode found = root;
        if (!reference.startsWith("#/")) {
            throw new SchemaRefusedException(
                    "$ref is \"" + shown(reference) + "\", only #/… within the schema is supported");
        }
        for (String step : reference.substring(2).split("/", -1)) {
            String name = decoded(step).replace("~1", "/").replace("~0", "~");
            @Nullable JsonNode next = found.isArray() ? element(found, name) : found.get(name);
            if (next == null) {
                throw new SchemaRefusedException(
                        "$ref is \"" + shown(reference) + "\", which the schema does not hold");
            }
            found = next;
        }
        return found;
    }

    private static @Nullable JsonNode element(JsonNode array, String name) {
        return name.matches("[0-9]{1,6}") ? array.get(Integer.parseInt(name)) : null;
    }

    private static String decoded(String step) {
        try {
            return step.indexOf('%') < 0 ? step : URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SchemaRefusedException("$ref has an escape that means nothing", e);
        }
    }

    private static String shown(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
