package dev.perigee.engine.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What form the answer must have. Reasoning is free; how far the arguments of tool calls are held to their schemas, each tool says
 * itself.
 *
 * @param schema JSON schema of the whole visible answer, as text; {@code null} for an answer of any form
 * @param calls names of the tools one of which must be called, and none but these; empty where the model decides
 */
public record OutputConstraint(@Nullable String schema, List<String> calls) {

    /** The schema of any JSON object. */
    public static final String ANY_OBJECT = "{\"type\":\"object\"}";

    public OutputConstraint {
        calls = List.copyOf(calls);
        if (schema != null && !calls.isEmpty()) {
            throw new IllegalArgumentException(
                    "an answer under a schema has no calls, yet calls of " + calls + " are asked for");
        }
    }

    /** Any form. */
    public static OutputConstraint none() {
        return new OutputConstraint(null, List.of());
    }

    /** An answer that obeys this schema. */
    public static OutputConstraint schema(String schema) {
        return new OutputConstraint(schema, List.of());
    }

    /** A call of one of these tools. */
    public static OutputConstraint calling(List<String> names) {
        return new OutputConstraint(null, names);
    }
}
