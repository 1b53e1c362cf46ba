package dev.perigee.engine.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of a conversation. */
public sealed interface ChatMessage {

    /** Instructions for the whole conversation. */
    record System(String text) implements ChatMessage {}

    /** What the person said. */
    record User(String text) implements ChatMessage {}

    /**
     * What the model said.
     *
     * @param text visible text, possibly empty
     * @param reasoning the thinking that preceded it, where known
     * @param toolCalls the calls it made, in order
     */
    record Assistant(String text, @Nullable String reasoning, List<ToolCall> toolCalls) implements ChatMessage {
        public Assistant {
            toolCalls = List.copyOf(toolCalls);
        }
    }

    /**
     * What a tool returned.
     *
     * @param toolCallId id of the call that it answers
     * @param text the result
     */
    record ToolResult(String toolCallId, String text) implements ChatMessage {}
}
