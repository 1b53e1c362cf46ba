package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.engine.json.JsonFiles;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds the schema of a tool's arguments in its declaration. */
public final class ToolSchemas {

    private static final JsonMapper MAPPER =
            JsonMapper.builder(JsonFiles.FACTORY).build();

    private ToolSchemas() {}

    /**
     * The schema of {@code function.parameters}, that of any object where there is none. Arguments are always an object.
     *
     * @param declaration the whole tool entry as JSON
     * @throws SchemaRefusedException where the declaration is not sound JSON
     */
    public static String ofArguments(String declaration) {
        try {
            @Nullable JsonNode function = MAPPER.readTree(declaration).get("function");
            @Nullable JsonNode parameters = function == null ? null : function.get("parameters");
            boolean typed = parameters != null && parameters.isObject() && parameters.has("type");
            return typed ? String.valueOf(parameters) : OutputConstraint.ANY_OBJECT;
        } catch (JacksonException e) {
            throw new SchemaRefusedException("a tool's declaration is not sound JSON", e);
        }
    }
}
