package dev.perigee.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.tokenizer.ControlToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real vocabulary against prompts that Moonshot's own template and tokenizer made. */
class ChatTemplateGoldenTests {

    private static final List<ChatMessage> SUM = List.of(new ChatMessage.User("What is 1+1?"));

    private static Tokenizer tokenizer;
    private static JsonNode golden;

    @BeforeAll
    static void load() {
        golden = JsonFiles.readIfPresent(TestVocabularies.shared("tokenizer/kimi-golden.json"))
                .orElseThrow()
                .path("chat");
        tokenizer = Tokenizer.load(TestVocabularies.shared("tokenizer/kimi.tiktoken"));
    }

    @Test
    void questionWithoutSystemMessageGivesTheGoldenPrompt() {
        int[] expected = ids(0);
        assertThat(ChatTemplate.K2_INSTRUCT.render(tokenizer, SUM, List.of())).isEqualTo(expected);
        assertThat(ChatTemplate.K2_THINKING.render(tokenizer, SUM, List.of())).isEqualTo(expected);
    }

    @Test
    void questionWithoutDefaultSystemIsTheGoldenPromptOfLaterModelsUpToTheAnswer() {
        int[] expected = ids(1);
        int withoutThinking = expected.length - 2;
        assertThat(ChatTemplate.MOONLET.render(tokenizer, SUM, List.of()))
                .isEqualTo(Arrays.copyOf(expected, withoutThinking));
    }

    @Test
    void questionToLaterModelGivesTheGoldenPromptWithItsOpenedAnswer() {
        int[] instant = ids(1);
        assertThat(ChatTemplate.K25_INSTANT.render(tokenizer, SUM, List.of())).isEqualTo(instant);
        assertThat(ChatTemplate.K25_THINKING.render(tokenizer, SUM, List.of()))
                .isEqualTo(Arrays.copyOf(instant, instant.length - 1));
    }

    @Test
    void toolsOfLaterModelsAreDeclaredAsTheGoldenTypeScript() {
        JsonNode cases =
                JsonMapper.shared().readTree(TestVocabularies.shared("tokenizer/k25-tool-declaration-golden.json"));
        assertThat(cases.size()).isPositive();
        for (JsonNode each : cases) {
            List<ToolDefinition> tools = each.path("tools")
                    .valueStream()
                    .map(tool -> new ToolDefinition(
                            tool.path("function").path("name").stringValue(), tool.toString()))
                    .toList();
            assertThat(TypeScriptDeclaration.of(tools))
                    .isEqualTo(each.path("tool_declare_text").stringValue());
        }
    }

    @Test
    void toolResultTurnGivesTheGoldenIds() {
        int[] turn = new PromptWriter(tokenizer)
                .open(ControlToken.IM_SYSTEM, "get_weather")
                .text("## Return of functions.get_weather:0\n{\"weather\": \"Sunny\"}")
                .close()
                .ids();
        assertThat(turn).isEqualTo(ids(2));
    }

    private static int[] ids(int entry) {
        return golden.path(entry)
                .path("ids")
                .valueStream()
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
