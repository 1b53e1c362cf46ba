package dev.perigee.inference.chat;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.chat.ToolCall;
import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.SamplingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.content.MediaContent;
import tools.jackson.databind.node.ObjectNode;

/** The way in: Spring AI's words turned into the engine's. */
final class RequestTranslation {

    private RequestTranslation() {}

    /** The conversation, with the output schema, where there is one, asked for at its end. */
    static List<ChatMessage> messages(List<Message> instructions, @Nullable String outputSchema) {
        List<ChatMessage> messages = new ArrayList<>(
                instructions.stream().flatMap(RequestTranslation::message).toList());
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("The prompt has no messages.");
        }
        if (outputSchema != null) {
            askForSchema(messages, JsonText.compact(JsonText.object("The output schema", outputSchema)));
        }
        return messages;
    }

    private static Stream<ChatMessage> message(Message message) {
        if (message instanceof MediaContent content && !content.getMedia().isEmpty()) {
            throw new IllegalArgumentException("A " + message.getMessageType().getValue() + " message carries "
                    + content.getMedia().getFirst().getMimeType() + ", the model reads only text.");
        }
        return switch (message.getMessageType()) {
            case SYSTEM -> Stream.of(new ChatMessage.System(text(message)));
            case USER -> Stream.of(new ChatMessage.User(text(message)));
            case ASSISTANT -> Stream.of(assistant(message));
            case TOOL -> toolResults(message);
        };
    }

    private static String text(Message message) {
        return Objects.requireNonNullElse(message.getText(), "");
    }

    private static ChatMessage assistant(Message message) {
        List<ToolCall> calls = message instanceof AssistantMessage assistant
                ? assistant.getToolCalls().stream()
                        .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                        .toList()
                : List.of();
        String reasoning = message.getMetadata().get(Answer.REASONING_CONTENT) instanceof String known ? known : null;
        return new ChatMessage.Assistant(text(message), reasoning, calls);
    }

    private static Stream<ChatMessage> toolResults(Message message) {
        if (!(message instanceof ToolResponseMessage results)) {
            throw new IllegalArgumentException(
                    "A tool message is a " + message.getClass().getName() + ", must be a ToolResponseMessage.");
        }
        return results.getResponses().stream()
                .map(response -> new ChatMessage.ToolResult(response.id(), response.responseData()));
    }

    /** Behind what the person said last, as Spring AI puts its own format instructions. */
    private static void askForSchema(List<ChatMessage> messages, String schema) {
        String wish = "Answer only with JSON that follows this JSON Schema: " + schema;
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i) instanceof ChatMessage.User user) {
                messages.set(i, new ChatMessage.User(user.text() + "\n" + wish));
                return;
            }
        }
        messages.add(new ChatMessage.User(wish));
    }

    /** A tool as OpenAI's clients declare it, compact; {@code $schema} tells a model nothing and is left out. */
    static ToolDefinition tool(org.springframework.ai.tool.definition.ToolDefinition definition) {
        ObjectNode parameters =
                JsonText.object("The input schema of tool " + definition.name(), definition.inputSchema());
        parameters.remove("$schema");
        ObjectNode function = JsonText.object().put("name", definition.name());
        if (!definition.description().isBlank()) {
            function.put("description", definition.description());
        }
        function.set("parameters", parameters);
        ObjectNode declaration = JsonText.object().put("type", "function");
        declaration.set("function", function);
        return new ToolDefinition(definition.name(), JsonText.compact(declaration));
    }

    /** An output schema is enforced; tool arguments obey their own as far as it can be enforced. */
    static OutputConstraint form(PerigeeChatOptions options) {
        String schema = options.getOutputSchema();
        return schema == null ? OutputConstraint.none() : OutputConstraint.schema(schema);
    }

    static SamplingParameters sampling(PerigeeChatOptions options) {
        requireNone("frequency penalty", options.getFrequencyPenalty());
        requireNone("presence penalty", options.getPresencePenalty());
        return new SamplingParameters(
                options.getTemperature(), options.getTopK(), options.getTopP(), options.getMinP(), options.getSeed());
    }

    private static void requireNone(String name, @Nullable Double penalty) {
        if (penalty != null && penalty != 0) {
            throw new IllegalArgumentException(
                    "The " + name + " is " + penalty + ", Perigee has none: leave it out or 0.");
        }
    }

    /** Without a limit of its own an answer may fill the context, at whose end the engine stops it anyway. */
    static GenerationRequest.Limits limits(PerigeeChatOptions options, int contextLength) {
        return new GenerationRequest.Limits(
                Objects.requireNonNullElse(options.getMaxTokens(), contextLength),
                Objects.requireNonNullElse(options.getStopSequences(), List.of()));
    }
}
