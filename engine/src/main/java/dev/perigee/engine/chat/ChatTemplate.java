package dev.perigee.engine.chat;

import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a model generation wants a conversation laid out. One layout for all; they differ in the default system message, in how tools
 * are written, in what becomes of earlier reasoning and in what opens the answer.
 *
 * <p>Tool declarations come first, then the messages, then the opening of the assistant's turn. Text never yields control tokens.
 *
 * <p>Source: the chat templates that Moonshot ships with each generation.
 */
public enum ChatTemplate {
    /** Kimi K2 Instruct, both editions. */
    K2_INSTRUCT("k2-instruct", DefaultSystem.KIMI, ReasoningHistory.NONE, 0.6),
    /** Kimi K2 Thinking. */
    K2_THINKING("k2-thinking", DefaultSystem.KIMI, ReasoningHistory.RUNNING_TOOL_LOOP, 1.0),
    /** Kimi K2.5, answering after it has thought: the answer begins inside its reasoning. */
    K25_THINKING("k2.5-thinking", null, ReasoningHistory.RUNNING_TOOL_LOOP, 1.0),
    /** Kimi K2.5, answering at once: an empty pair of think tokens opens the answer. */
    K25_INSTANT("k2.5-instant", null, ReasoningHistory.RUNNING_TOOL_LOOP, 0.6),
    /** Moonlight and Kimi-VL: as K2 Instruct, under another default system message. */
    MOONLIGHT("moonlight", DefaultSystem.HELPFUL, ReasoningHistory.NONE, 0.6),
    /** The bundled model: as K2 Instruct, without a default system message. */
    MOONLET("moonlet", null, ReasoningHistory.NONE, 0.4);

    private final String templateName;
    private final @Nullable String defaultSystem;
    private final ReasoningHistory reasoning;
    private final double recommendedTemperature;

    ChatTemplate(
            String templateName,
            @Nullable String defaultSystem,
            ReasoningHistory reasoning,
            double recommendedTemperature) {
        this.templateName = templateName;
        this.defaultSystem = defaultSystem;
        this.reasoning = reasoning;
        this.recommendedTemperature = recommendedTemperature;
    }

    /** The template of this name. */
    public static Optional<ChatTemplate> named(String name) {
        return Arrays.stream(values())
                .filter(template -> template.templateName.equals(name))
                .findFirst();
    }

    /** All names, for messages. */
    public static String names() {
        return Arrays.stream(values()).map(ChatTemplate::templateName).collect(Collectors.joining(", "));
    }

    /** How the template is called in options. */
    public String templateName() {
        return templateName;
    }

    /** The temperature that the model's makers recommend; used where generation_config.json names none. */
    public double recommendedTemperature() {
        return recommendedTemperature;
    }

    /**
     * The ids of the whole prompt, up to the opened turn of the assistant.
     *
     * @throws IllegalArgumentException where there is no message, or a result answers no earlier call
     */
    public int[] render(Tokenizer tokenizer, List<ChatMessage> messages, List<ToolDefinition> tools) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages is empty, must hold at least one");
        }
        PromptWriter writer = new PromptWriter(tokenizer);
        declare(tools, writer);
        if (defaultSystem != null && !(messages.getFirst() instanceof ChatMessage.System)) {
            writer.open(ControlToken.IM_SYSTEM, "system").text(defaultSystem).close();
        }
        ToolCallIds ids = new ToolCallIds();
        int firstKept = reasoning.firstKept(messages);
        for (int i = 0; i < messages.size(); i++) {
            write(messages.get(i), i >= firstKept, ids, writer);
        }
        return open(writer.open(ControlToken.IM_ASSISTANT, "assistant")).ids();
    }

    private PromptWriter open(PromptWriter writer) {
        return switch (this) {
            case K2_INSTRUCT, K2_THINKING, MOONLIGHT, MOONLET -> writer;
            case K25_THINKING -> writer.control(ControlToken.THINK_BEGIN);
            case K25_INSTANT -> writer.control(ControlToken.THINK_BEGIN).control(ControlToken.THINK_END);
        };
    }

    /** Whether the model was trained to reason before it answers. */
    public boolean reasons() {
        return this == K2_THINKING || this == K25_THINKING;
    }

    /** Whether the prompt leaves the model inside its reasoning. */
    public boolean beginsInsideReasoning() {
        return this == K25_THINKING;
    }

    private void declare(List<ToolDefinition> tools, PromptWriter writer) {
        if (!tools.isEmpty()) {
            writer.open(ControlToken.IM_SYSTEM, "tool_declare")
                    .text(declaration(tools))
                    .close();
        }
    }

    private String declaration(List<ToolDefinition> tools) {
        return switch (this) {
            case K2_INSTRUCT, K2_THINKING, MOONLIGHT, MOONLET ->
                tools.stream().map(ToolDefinition::declaration).collect(Collectors.joining(",", "[", "]"));
            case K25_THINKING, K25_INSTANT -> TypeScriptDeclaration.of(tools);
        };
    }

    private void write(ChatMessage message, boolean keepReasoning, ToolCallIds ids, PromptWriter writer) {
        switch (message) {
            case ChatMessage.System system ->
                writer.open(ControlToken.IM_SYSTEM, "system")
                        .text(system.text())
                        .close();
            case ChatMessage.User user ->
                writer.open(ControlToken.IM_USER, "user").text(user.text()).close();
            case ChatMessage.Assistant assistant -> writeAssistant(assistant, keepReasoning, ids, writer);
            case ChatMessage.ToolResult result ->
                writer.open(ControlToken.IM_SYSTEM, "tool")
                        .text("## Return of " + ids.answered(result.toolCallId()) + "\n" + result.text())
                        .close();
        }
    }

    private void writeAssistant(
            ChatMessage.Assistant message, boolean keepReasoning, ToolCallIds ids, PromptWriter writer) {
        writer.open(ControlToken.IM_ASSISTANT, "assistant");
        if (reasoning != ReasoningHistory.NONE) {
            writer.control(ControlToken.THINK_BEGIN);
            writer.text(keepReasoning && message.reasoning() != null ? message.reasoning() : "");
            writer.control(ControlToken.THINK_END);
        }
        writer.text(message.text());
        writeCalls(message.toolCalls(), ids, writer);
        writer.close();
    }

    private static void writeCalls(List<ToolCall> calls, ToolCallIds ids, PromptWriter writer) {
        if (calls.isEmpty()) {
            return;
        }
        writer.control(ControlToken.TOOL_CALLS_BEGIN);
        for (ToolCall call : calls) {
            writer.control(ControlToken.TOOL_CALL_BEGIN)
                    .text(ids.next(call))
                    .control(ControlToken.TOOL_CALL_ARGUMENT_BEGIN)
                    .text(call.arguments())
                    .control(ControlToken.TOOL_CALL_END);
        }
        writer.control(ControlToken.TOOL_CALLS_END);
    }

    /** The sentences that Moonshot's own templates insert. */
    private static final class DefaultSystem {
        static final String KIMI = "You are Kimi, an AI assistant created by Moonshot AI.";
        static final String HELPFUL = "You are a helpful assistant";
    }
}
