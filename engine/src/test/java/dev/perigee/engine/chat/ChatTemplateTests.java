package dev.perigee.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.SpecialToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import dev.perigee.engine.tokenizer.TokenizerConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ChatTemplateTests {

    private static final String KIMI =
            "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI.<|im_end|>";
    private static final String HELLO = "<|im_user|>user<|im_middle|>Hello<|im_end|>";
    private static final String ANSWER = "<|im_assistant|>assistant<|im_middle|>";
    private static final ChatMessage USER = new ChatMessage.User("Hello");
    private static final ToolDefinition TOOL = new ToolDefinition("f", "{\"type\":\"function\"}");

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load(@TempDir Path folder) {
        tokenizer = Tokenizer.load(TestVocabularies.write(folder.resolve("v")));
    }

    @Test
    void promptWithoutSystemMessageGetsTheModelsOwn() {
        assertThat(text(ChatTemplate.K2_INSTRUCT, USER)).isEqualTo(KIMI + HELLO + ANSWER);
        assertThat(text(ChatTemplate.K2_THINKING, USER)).isEqualTo(KIMI + HELLO + ANSWER);
        assertThat(text(ChatTemplate.MOONLIGHT, USER))
                .isEqualTo("<|im_system|>system<|im_middle|>You are a helpful assistant<|im_end|>" + HELLO + ANSWER);
        assertThat(text(ChatTemplate.MOONLET, USER)).isEqualTo(HELLO + ANSWER);
    }

    @Test
    void promptWithSystemMessageKeepsIt() {
        assertThat(text(ChatTemplate.K2_INSTRUCT, new ChatMessage.System("Be brief."), USER))
                .isEqualTo("<|im_system|>system<|im_middle|>Be brief.<|im_end|>" + HELLO + ANSWER);
    }

    @Test
    void toolsComeFirstAsOneJsonArray() {
        String declared =
                "<|im_system|>tool_declare<|im_middle|>[{\"type\":\"function\"},{\"type\":\"function\"}]<|im_end|>";
        int[] ids = ChatTemplate.K2_INSTRUCT.render(tokenizer, List.of(USER), List.of(TOOL, TOOL));
        assertThat(tokenizer.decode(ids)).isEqualTo(declared + KIMI + HELLO + ANSWER);
    }

    @Test
    void callIdsAreCountedOverTheConversationAndResultsFollow() {
        assertThat(text(
                        ChatTemplate.MOONLET,
                        USER,
                        new ChatMessage.Assistant(
                                "Ok",
                                null,
                                List.of(new ToolCall("call_a", "f", "{}"), new ToolCall("x", "g", "{\"a\":1}"))),
                        new ChatMessage.ToolResult("x", "two"),
                        new ChatMessage.ToolResult("call_a", "one"),
                        new ChatMessage.Assistant("", null, List.of(new ToolCall("x", "f", "{}"))),
                        new ChatMessage.ToolResult("x", "three")))
                .isEqualTo(HELLO + ANSWER
                        + "Ok<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
                        + "<|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{\"a\":1}<|tool_call_end|><|tool_calls_section_end|><|im_end|>"
                        + "<|im_system|>tool<|im_middle|>## Return of functions.g:1\ntwo<|im_end|>"
                        + "<|im_system|>tool<|im_middle|>## Return of functions.f:0\none<|im_end|>"
                        + ANSWER
                        + "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:2<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|><|im_end|>"
                        + "<|im_system|>tool<|im_middle|>## Return of functions.f:2\nthree<|im_end|>"
                        + ANSWER);
    }

    @Test
    void reasoningIsKeptInTheRunningToolLoopOnly() {
        ChatMessage closed = new ChatMessage.Assistant("Hi", "old", List.of());
        ChatMessage running = new ChatMessage.Assistant("", "new", List.of(new ToolCall("a", "f", "{}")));
        String call =
                "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|><|im_end|>";
        ChatMessage result = new ChatMessage.ToolResult("a", "r");
        String returned = "<|im_system|>tool<|im_middle|>## Return of functions.f:0\nr<|im_end|>";
        assertThat(text(ChatTemplate.K2_THINKING, USER, closed, USER, running, result))
                .isEqualTo(KIMI + HELLO + ANSWER + "<think></think>Hi<|im_end|>" + HELLO + ANSWER + "<think>new</think>"
                        + call + returned + ANSWER);
        assertThat(text(ChatTemplate.MOONLET, USER, closed, USER, running, result))
                .isEqualTo(HELLO + ANSWER + "Hi<|im_end|>" + HELLO + ANSWER + call + returned + ANSWER);
    }

    @Test
    void controlTokensSpelledInAnyFieldStayText() {
        for (ChatTemplate template : ChatTemplate.values()) {
            long placed = controlTokens(template, "plain");
            for (SpecialToken special : tokenizer.specialTokens()) {
                assertThat(controlTokens(template, special.text())).isEqualTo(placed);
                assertThat(controlTokens(template, special.text() + special.text()))
                        .isEqualTo(placed);
            }
        }
    }

    private static long controlTokens(ChatTemplate template, String text) {
        List<ChatMessage> messages = List.of(
                new ChatMessage.System(text),
                new ChatMessage.User(text),
                new ChatMessage.Assistant(text, text, List.of(new ToolCall(text, text, text))),
                new ChatMessage.ToolResult(text, text));
        int[] ids = template.render(tokenizer, messages, List.of(tool(text)));
        return Arrays.stream(ids).filter(tokenizer::isSpecial).count();
    }

    private static ToolDefinition tool(String text) {
        String quoted = JsonMapper.shared().writeValueAsString(text);
        return new ToolDefinition(text, "{\"function\":{\"name\":%s,\"description\":%s}}".formatted(quoted, quoted));
    }

    @Test
    void conversationThatBreaksTheContractIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatTemplate.MOONLET.render(tokenizer, List.of(), List.of()))
                .withMessageContaining("messages is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> text(ChatTemplate.MOONLET, new ChatMessage.ToolResult("nobody", "r")))
                .withMessageContaining("\"nobody\"");
    }

    @Test
    void templateIsDecidedByOptionNameOrTemplateText() {
        assertThat(decide("k2-thinking", "moonlet", null)).isEqualTo(ChatTemplate.K2_THINKING);
        assertThat(decide(null, "Moonlet", null)).isEqualTo(ChatTemplate.MOONLET);
        assertThat(decide(null, null, "{# moonlet #}")).isEqualTo(ChatTemplate.MOONLET);
        assertThat(decide(null, null, "<|im_middle|> tool_declare")).isEqualTo(ChatTemplate.K2_INSTRUCT);
        assertThat(decide(null, null, "<|im_middle|> tool_declare <think>")).isEqualTo(ChatTemplate.K2_THINKING);
        assertThat(decide(null, "Kimi-K2-Thinking", null)).isEqualTo(ChatTemplate.K2_THINKING);
        assertThat(decide(null, "Kimi-K2.5", null)).isEqualTo(ChatTemplate.K25_THINKING);
        assertThat(decide(null, null, "<|im_middle|> tool_declare tools_ts_str"))
                .isEqualTo(ChatTemplate.K25_THINKING);
        assertThat(decide(null, "Kimi K2 Instruct 0905", null)).isEqualTo(ChatTemplate.K2_INSTRUCT);
        assertThat(decide(null, "Kimi K2 Thinking", "<|im_middle|>")).isEqualTo(ChatTemplate.K2_THINKING);
        assertThat(decide(null, "Moonlight 16B A3B Instruct", null)).isEqualTo(ChatTemplate.MOONLIGHT);
        assertThat(decide(null, "mine", "<|im_middle|>")).isEqualTo(ChatTemplate.MOONLIGHT);
    }

    @Test
    void templateThatCannotBeDecidedNamesTheProperty() {
        for (String template : new @Nullable String[] {null, "{% llama %}"}) {
            assertThatExceptionOfType(ModelLoadException.class)
                    .isThrownBy(() -> decide(null, null, template))
                    .withMessageContaining("perigee.engine.chat-template");
        }
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> decide("k9", null, null))
                .withMessageContaining("\"k9\"")
                .withMessageContaining("k2-instruct, k2-thinking, k2.5-thinking, k2.5-instant, moonlight, moonlet");
    }

    private static ChatTemplate decide(@Nullable String asked, @Nullable String name, @Nullable String template) {
        return ChatTemplateChoice.decide(
                asked, new TokenizerConfig(Path.of("tokenizer_config.json"), Map.of(), name, template));
    }

    private static String text(ChatTemplate template, ChatMessage... messages) {
        return tokenizer.decode(template.render(tokenizer, List.of(messages), List.of()));
    }
}
