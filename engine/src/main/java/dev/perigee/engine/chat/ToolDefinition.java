package dev.perigee.engine.chat;

/**
 * A tool that the model may call.
 *
 * @param name function name, as the caller spells it
 * @param declaration the whole tool entry as compact JSON, keys in the caller's order, for example
 *     {@code {"type":"function","function":{"name":"get_weather","parameters":{…}}}}; this text is what the model reads
 */
public record ToolDefinition(String name, String declaration) {}
