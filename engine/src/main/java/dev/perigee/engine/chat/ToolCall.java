package dev.perigee.engine.chat;

/**
 * A call of a tool that the model asked for.
 *
 * @param id the call's id, {@code functions.NAME:IDX} where the model wrote it
 * @param name function name
 * @param arguments the arguments as JSON text, as the model wrote it
 */
public record ToolCall(String id, String name, String arguments) {}
