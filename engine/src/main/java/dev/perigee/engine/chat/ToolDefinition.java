package dev.perigee.engine.chat;

/**
 * A tool that the model may call.
 *
 * @param name function name, as the caller spells it
 * @param declaration the whole tool entry as compact JSON, keys in the caller's order, for example
 *     {@code {"type":"function","function":{"name":"get_weather","parameters":{…}}}}; this text is what the model reads
 * @param arguments how far the arguments of its calls are held to its schema
 */
public record ToolDefinition(String name, String declaration, Arguments arguments) {

    /** A tool whose arguments are held to its schema where that can be enforced. */
    public ToolDefinition(String name, String declaration) {
        this(name, declaration, Arguments.GUIDED);
    }

    /** The same tool with its arguments held so far. */
    public ToolDefinition with(Arguments other) {
        return new ToolDefinition(name, declaration, other);
    }

    /** How far arguments are held to a tool's schema. */
    public enum Arguments {
        /** They are what the model writes. */
        FREE,
        /** They obey the schema, or are any object where it cannot be enforced. */
        GUIDED,
        /** They obey the schema; a request with one that cannot be enforced is refused. */
        STRICT
    }
}
