package dev.perigee.engine.chat;

import java.util.List;

/** What becomes of the reasoning in a conversation's earlier turns. */
enum ReasoningHistory {
    /** No think tokens at all; reasoning is dropped. */
    NONE {
        @Override
        int firstKept(List<ChatMessage> messages) {
            return messages.size();
        }
    },
    /**
     * Kept in the running tool loop, that is after the last assistant message without tool calls; before, an empty pair of think
     * tokens stands for it.
     */
    RUNNING_TOOL_LOOP {
        @Override
        int firstKept(List<ChatMessage> messages) {
            for (int i = messages.size() - 1; i >= 0; i--) {
                if (messages.get(i) instanceof ChatMessage.Assistant assistant
                        && assistant.toolCalls().isEmpty()) {
                    return i + 1;
                }
            }
            return 0;
        }
    };

    /** The place of the first message whose reasoning is kept. */
    abstract int firstKept(List<ChatMessage> messages);
}
