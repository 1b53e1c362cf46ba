package dev.perigee.engine.generation;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.chat.ToolDefinition;
import java.util.List;

/** What a generation starts from. */
public sealed interface Prompt {

    /** A conversation, rendered by the model's chat template. Text never yields control tokens. */
    record Chat(List<ChatMessage> messages, List<ToolDefinition> tools) implements Prompt {
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
        }

        /** How many tools the conversation has called already. */
        public int earlierCalls() {
            return messages.stream()
                    .mapToInt(message -> message instanceof ChatMessage.Assistant assistant
                            ? assistant.toolCalls().size()
                            : 0)
                    .sum();
        }
    }

    /** Plain text without a chat template. */
    record Raw(String text) implements Prompt {}
}
