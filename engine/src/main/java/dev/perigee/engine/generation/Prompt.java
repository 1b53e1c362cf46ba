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
    }

    /** Plain text without a chat template. */
    record Raw(String text) implements Prompt {}
}
