package dev.perigee.engine.chat;

/** Which tool a call id names, and how its id is written. */
public final class CalledTool {

    private CalledTool() {}

    /** The tool's name; empty where the id names none. */
    public static String name(String writtenId) {
        return ToolCallId.parse(writtenId).map(ToolCallId::name).orElse("");
    }

    /** The id of a call of this tool, the conversation's calls counted from 0. */
    public static String id(String name, int index) {
        return new ToolCallId(name, index).toString();
    }
}
