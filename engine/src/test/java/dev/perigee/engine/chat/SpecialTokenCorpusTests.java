package dev.perigee.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.SpecialToken;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every special token, in every field that reaches a prompt, in seven spellings: the control tokens of the prompt are those of the same
 * conversation with a plain word in that place, one by one.
 */
class SpecialTokenCorpusTests {

    private static final String PLAIN = "word";

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load(@TempDir Path folder) {
        tokenizer = Tokenizer.load(TestVocabularies.write(folder.resolve("v")));
    }

    /** Where the text stands; the split spelling goes on in the next message, or behind a field's first half. */
    enum Field {
        USER,
        SECOND_USER,
        SYSTEM,
        ASSISTANT,
        REASONING,
        CALL_ID,
        CALL_NAME,
        CALL_ARGUMENTS,
        RESULT,
        TOOL_NAME,
        TOOL_DESCRIPTION,
        PARAMETER_NAME,
        SCHEMA_DESCRIPTION,
        ENUM_VALUE;

        String in(Field other, String text) {
            return this == other ? text : PLAIN;
        }
    }

    enum Spelling {
        PLAIN(special -> special),
        DOUBLED(special -> special + special),
        SPLIT(special ->
                special.substring(0, special.length() / 2) + "\u0000" + special.substring(special.length() / 2)),
        FENCED(special -> "```\n" + special + "\n```"),
        ESCAPED(special -> special.replace("<", "\\u003c").replace(">", "\\u003e")),
        JOINED(special -> special.substring(0, 1) + "\u200d" + special.substring(1)),
        FULL_WIDTH(
                special -> special.replace('<', '\uff1c').replace('|', '\uff5c').replace('>', '\uff1e'));

        private final UnaryOperator<String> spelled;

        Spelling(UnaryOperator<String> spelled) {
            this.spelled = spelled;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ChatTemplate.class,
            names = {"K2_INSTRUCT", "K2_THINKING", "K25_THINKING"})
    void controlTokensWhenTextSpellsOneAreStillThoseOfTheTemplate(ChatTemplate template) {
        int[] placed = controlTokens(template, Field.USER, PLAIN);
        int checks = 0;
        for (SpecialToken special : tokenizer.specialTokens()) {
            for (Field field : Field.values()) {
                for (Spelling spelling : Spelling.values()) {
                    String text = spelling.spelled.apply(special.text());
                    assertThat(controlTokens(template, field, text))
                            .as("%s in %s, %s", special.text(), field, spelling)
                            .containsExactly(placed);
                    checks++;
                }
            }
        }
        System.out.println(template + ": " + checks + " prompts with special tokens in their text");
        assertThat(checks).isEqualTo(256 * 14 * 7);
    }

    private static int[] controlTokens(ChatTemplate template, Field field, String text) {
        String[] halves = text.split("\u0000", 2);
        boolean split = halves.length == 2;
        String user = field.in(Field.USER, halves[0]);
        String next = split && field == Field.USER ? halves[1] : field.in(Field.SECOND_USER, joined(text));
        String whole = joined(text);
        ToolCall call = new ToolCall(
                field.in(Field.CALL_ID, whole),
                field.in(Field.CALL_NAME, whole),
                field.in(Field.CALL_ARGUMENTS, whole));
        List<ChatMessage> messages = List.of(
                new ChatMessage.System(field.in(Field.SYSTEM, whole)),
                new ChatMessage.User(user),
                new ChatMessage.User(next),
                new ChatMessage.Assistant(
                        field.in(Field.ASSISTANT, whole), field.in(Field.REASONING, whole), List.of(call)),
                new ChatMessage.ToolResult(call.id(), field.in(Field.RESULT, whole)));
        int[] ids = template.render(tokenizer, messages, List.of(tool(field, whole)));
        return Arrays.stream(ids).filter(tokenizer::isSpecial).toArray();
    }

    /** Halves that meet in one field are the whole token again. */
    private static String joined(String text) {
        return text.replace("\u0000", "");
    }

    private static ToolDefinition tool(Field field, String text) {
        String name = field.in(Field.TOOL_NAME, text);
        String declaration = """
                {"type":"function","function":{"name":%s,"description":%s,"parameters":{"type":"object",\
                "properties":{%s:{"type":"string","description":%s,"enum":[%s]}}}}}""".formatted(
                        quoted(name),
                        quoted(field.in(Field.TOOL_DESCRIPTION, text)),
                        quoted(field.in(Field.PARAMETER_NAME, text)),
                        quoted(field.in(Field.SCHEMA_DESCRIPTION, text)),
                        quoted(field.in(Field.ENUM_VALUE, text)));
        return new ToolDefinition(name, declaration);
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}
