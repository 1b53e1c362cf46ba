package dev.perigee.engine.chat;

import static dev.perigee.engine.tokenizer.ControlToken.BOS;
import static dev.perigee.engine.tokenizer.ControlToken.THINK_BEGIN;
import static dev.perigee.engine.tokenizer.ControlToken.THINK_END;
import static dev.perigee.engine.tokenizer.ControlToken.TOOL_CALLS_BEGIN;
import static dev.perigee.engine.tokenizer.ControlToken.TOOL_CALLS_END;
import static dev.perigee.engine.tokenizer.ControlToken.TOOL_CALL_ARGUMENT_BEGIN;
import static dev.perigee.engine.tokenizer.ControlToken.TOOL_CALL_BEGIN;
import static dev.perigee.engine.tokenizer.ControlToken.TOOL_CALL_END;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.perigee.engine.TestVocabularies;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerParserTests {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load(@TempDir Path folder) {
        tokenizer = Tokenizer.load(TestVocabularies.write(folder.resolve("v")));
    }

    @Test
    void answerWithoutMarksIsText() {
        assertThat(parts("Hello <think> \u00e9!", BOS, " Bye")).containsExactly("text Hello <think> \u00e9! Bye");
    }

    @Test
    void thinkTokensEncloseReasoning() {
        assertThat(parts(THINK_BEGIN, "1+1 is 2", THINK_END, "Two."))
                .containsExactly("reasoning 1+1 is 2", "text Two.");
        assertThat(parts("\n", THINK_BEGIN, "a", THINK_END, "b", THINK_BEGIN, "c"))
                .containsExactly("text \n", "reasoning a", "text b", "reasoning c");
    }

    @Test
    void reasoningTokensCountTheMarksToo() {
        ReasoningParser parser = new ReasoningParser(tokenizer, new RecordedAnswer(), 0, false);
        RecordedAnswer.feed(parser, tokenizer, THINK_BEGIN, "abc", THINK_END, "de");
        assertThat(parser.reasoningTokens()).isEqualTo(5);
    }

    @Test
    void sectionBegunInsideReasoningEndsIt() {
        assertThat(parts(THINK_BEGIN, "look", call("functions.find:0", "{}"), TOOL_CALLS_END))
                .containsExactly("reasoning look", "call 0 functions.find:0 find", "arguments 0 {}");
    }

    @Test
    void callIsAnnouncedBeforeItsArguments() {
        RecordedAnswer answer = new RecordedAnswer();
        ToolCallParser parser = new ToolCallParser(tokenizer, answer, 0);
        RecordedAnswer.feed(
                parser, tokenizer, TOOL_CALLS_BEGIN, TOOL_CALL_BEGIN, "functions.f:0", TOOL_CALL_ARGUMENT_BEGIN);
        assertThat(answer.parts()).containsExactly("call 0 functions.f:0 f");
        RecordedAnswer.feed(parser, tokenizer, "{\"a\"");
        assertThat(answer.parts()).containsExactly("call 0 functions.f:0 f", "arguments 0 {\"a\"");
    }

    @Test
    void severalCallsComeInOrderAndWhiteSpaceBetweenThemIsNothing() {
        assertThat(parts(
                        "Sure.",
                        call("functions.a:0", "{}"),
                        "\n",
                        call("functions.b-c.d:1", "{\"x\":1}"),
                        TOOL_CALLS_END))
                .containsExactly(
                        "text Sure.",
                        "call 0 functions.a:0 a",
                        "arguments 0 {}",
                        "call 1 functions.b-c.d:1 b-c.d",
                        "arguments 1 {\"x\":1}");
    }

    @Test
    void argumentsCutShortAreGivenOut() {
        assertThat(parts(TOOL_CALLS_BEGIN, TOOL_CALL_BEGIN, "functions.a:0", TOOL_CALL_ARGUMENT_BEGIN, "{\"ci"))
                .containsExactly("call 0 functions.a:0 a", "arguments 0 {\"ci");
    }

    @Test
    void idCutShortIsText() {
        assertThat(parts(TOOL_CALLS_BEGIN, TOOL_CALL_BEGIN, "functions.a")).containsExactly("text functions.a");
    }

    @Test
    void idThatIsOddIsReplacedByOneThatCountsOn() {
        RecordedAnswer answer = new RecordedAnswer();
        ToolCallParser parser = new ToolCallParser(tokenizer, answer, 7);
        RecordedAnswer.feed(parser, tokenizer, TOOL_CALLS_BEGIN);
        for (String id : List.of("functions.a:7", "a:7", "functions.a", "functions.x:999999999999")) {
            RecordedAnswer.feed(parser, tokenizer, TOOL_CALL_BEGIN, id, TOOL_CALL_ARGUMENT_BEGIN, TOOL_CALL_END);
        }
        assertThat(answer.parts())
                .containsExactly(
                        "call 0 functions.a:7 a",
                        "call 1 functions.a:8 a",
                        "call 2 functions.a:9 a",
                        "call 3 functions.x:999999999999:10 x:999999999999");
    }

    @Test
    void callWithoutANameIsText() {
        assertThat(parts(call("no name!", "{\"a\":1}"), call("functions.b:0", "{}"), TOOL_CALLS_END, "end"))
                .containsExactly("text no name!{\"a\":1}", "call 0 functions.b:0 b", "arguments 0 {}", "text end");
    }

    @Test
    void marksOutOfPlaceAreDropped() {
        assertThat(parts("a", TOOL_CALL_END, "b", TOOL_CALLS_END, "c", TOOL_CALL_ARGUMENT_BEGIN, "d", THINK_END, "e"))
                .containsExactly("text abcde");
        assertThat(parts(TOOL_CALLS_BEGIN, TOOL_CALL_BEGIN, TOOL_CALL_BEGIN, TOOL_CALL_BEGIN))
                .isEmpty();
    }

    /** T14: what no call ever ends takes no more than its length. */
    @Test
    void marksNestedAHundredThousandTimesAreContained() {
        Object[] marks = new Object[200_000];
        for (int i = 0; i < marks.length; i += 2) {
            marks[i] = TOOL_CALLS_BEGIN;
            marks[i + 1] = TOOL_CALL_BEGIN;
        }
        assertTimeout(
                Duration.ofSeconds(2),
                () -> assertThat(parts(marks, "functions.a")).containsExactly("text functions.a"));
    }

    @Test
    void answerThatBeginsInsideReasoningGivesItUpToTheEndOfThinking() {
        RecordedAnswer answer = new RecordedAnswer();
        ReasoningParser parser = new ReasoningParser(tokenizer, answer, 0, true);
        RecordedAnswer.feed(parser, tokenizer, "a", THINK_END, "b");
        parser.finish();
        assertThat(answer.parts()).containsExactly("reasoning a", "text b");
    }

    @Test
    void callWithoutSectionIsACall() {
        assertThat(parts(TOOL_CALL_BEGIN, "functions.a:0", TOOL_CALL_ARGUMENT_BEGIN, "{}", TOOL_CALL_END))
                .containsExactly("call 0 functions.a:0 a", "arguments 0 {}");
    }

    @Test
    void plainTextShowsMarksAsSpelled() {
        RecordedAnswer answer = new RecordedAnswer();
        PlainTextParser parser = new PlainTextParser(tokenizer, answer);
        RecordedAnswer.feed(parser, tokenizer, THINK_BEGIN, "a", THINK_END, BOS, "b");
        parser.finish();
        assertThat(answer.parts()).containsExactly("text <think>a</think>b");
    }

    private static Object[] call(String id, String arguments) {
        return new Object[] {TOOL_CALLS_BEGIN, TOOL_CALL_BEGIN, id, TOOL_CALL_ARGUMENT_BEGIN, arguments, TOOL_CALL_END};
    }

    private static List<String> parts(Object... pieces) {
        RecordedAnswer answer = new RecordedAnswer();
        ReasoningParser parser = new ReasoningParser(tokenizer, answer, 0, false);
        for (Object piece : pieces) {
            RecordedAnswer.feed(parser, tokenizer, piece instanceof Object[] several ? several : new Object[] {piece});
        }
        parser.finish();
        return answer.parts();
    }
}
