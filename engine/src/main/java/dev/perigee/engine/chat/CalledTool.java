package dev.perigee.engine.chat;

/** The tool that a written call id names. */
public final class CalledTool {

    private CalledTool() {}

    /** The tool's name; empty where the id names none. */
    public static String name(String writtenId) {
        return ToolCallId.parse(writtenId).map(ToolCallId::name).orElse("");
    }
}
