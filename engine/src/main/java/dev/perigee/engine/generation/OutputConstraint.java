package dev.perigee.engine.generation;

import org.jspecify.annotations.Nullable;

/**
 * What form the answer must have. Reasoning is free; a schema holds for the visible answer.
 *
 * @param schema JSON schema of the whole visible answer, as text; {@code null} for an answer of any form
 * @param toolArguments whether arguments of tool calls must obey their tool's schema
 */
public record OutputConstraint(@Nullable String schema, boolean toolArguments) {

    /** The schema of any JSON object. */
    public static final String ANY_OBJECT = "{\"type\":\"object\"}";

    /** Any form. */
    public static OutputConstraint none() {
        return new OutputConstraint(null, false);
    }

    /** An answer that obeys this schema. */
    public static OutputConstraint schema(String schema) {
        return new OutputConstraint(schema, false);
    }
}
