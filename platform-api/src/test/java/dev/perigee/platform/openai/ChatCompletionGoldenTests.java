package dev.perigee.platform.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationEvent.Failed;
import dev.perigee.engine.generation.GenerationEvent.Finished;
import dev.perigee.engine.generation.GenerationEvent.ReasoningDelta;
import dev.perigee.engine.generation.GenerationEvent.Refused;
import dev.perigee.engine.generation.GenerationEvent.Started;
import dev.perigee.engine.generation.GenerationEvent.TextDelta;
import dev.perigee.engine.generation.GenerationEvent.ToolCallArgumentsDelta;
import dev.perigee.engine.generation.GenerationEvent.ToolCallStarted;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.web.MockHttpServletResponse;

/** The wire, byte for byte, as it stands in {@code src/contracts/openai}. */
class ChatCompletionGoldenTests {

    private static final Path CONTRACTS = Path.of("..", "src", "contracts", "openai");
    private static final AnswerHead HEAD = new AnswerHead(
            "req_0123456789abcdef0123456789abcdef",
            Instant.parse("2026-11-25T12:00:00Z"),
            new CatalogModel("moonlet", 2048, "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd6", "none"));

    /** The events of one answer and the names of its goldens. */
    record Row(String name, List<GenerationEvent> events) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> answers() {
        return Stream.of(
                new Row(
                        "text",
                        List.of(
                                new Started(11),
                                new TextDelta("The cat said: \"Grüß dich\""),
                                new TextDelta(" 🐈\n"),
                                new Finished(FinishReason.STOP, new TokenUsage(11, 4, 9, 0)))),
                new Row(
                        "length",
                        List.of(
                                new Started(3),
                                new TextDelta("Once"),
                                new Finished(FinishReason.LENGTH, new TokenUsage(3, 0, 1, 0)))),
                new Row(
                        "tools",
                        List.of(
                                new Started(40),
                                new ToolCallStarted(0, "functions.get_weather:0", "get_weather"),
                                new ToolCallArgumentsDelta(0, "{\"city\":"),
                                new ToolCallArgumentsDelta(0, "\"Oslo\"}"),
                                new ToolCallStarted(1, "functions.get_time:1", "get_time"),
                                new ToolCallArgumentsDelta(1, "{}"),
                                new Finished(FinishReason.TOOL_CALLS, new TokenUsage(40, 0, 21, 0)))),
                new Row(
                        "text-and-tools",
                        List.of(
                                new Started(40),
                                new TextDelta("Let me look."),
                                new ToolCallStarted(0, "functions.get_weather:0", "get_weather"),
                                new ToolCallArgumentsDelta(0, "{\"city\":\"Oslo\"}"),
                                new Finished(FinishReason.TOOL_CALLS, new TokenUsage(40, 0, 21, 0)))),
                new Row(
                        "reasoning",
                        List.of(
                                new Started(7),
                                new ReasoningDelta("Two and two"),
                                new ReasoningDelta(" are four."),
                                new TextDelta("4"),
                                new Finished(FinishReason.STOP, new TokenUsage(7, 0, 8, 6)))),
                new Row("empty", List.of(new Started(2), new Finished(FinishReason.STOP, new TokenUsage(2, 0, 1, 0)))));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answerWhenCollectedEqualsGolden(Row row) throws IOException {
        ChatCompletionCollector collector = new ChatCompletionCollector();
        row.events().forEach(collector::add);
        Finished end = (Finished) row.events().getLast();

        byte[] body = Json.bytes(collector.answer(HEAD, end.reason(), end.usage()));

        assertEqualsGolden("chat-completion-" + row.name() + ".json", body);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answerWhenStreamedWithUsageEqualsGolden(Row row) throws IOException {
        assertEqualsGolden("chat-completion-stream-" + row.name() + ".sse", stream(row.events(), true));
    }

    @Test
    void answerWhenStreamedWithoutUsageEqualsGolden() throws IOException {
        Row text = answers().findFirst().orElseThrow();

        assertEqualsGolden("chat-completion-stream-without-usage.sse", stream(text.events(), false));
    }

    @Test
    void answerWhenBrokenMidStreamEqualsGolden() throws IOException {
        List<GenerationEvent> events = List.of(
                new Started(3), new TextDelta("Once"), new Failed("/secret/path: boom", new TokenUsage(3, 0, 1, 0)));

        assertEqualsGolden("chat-completion-stream-broken.sse", stream(events, true));
    }

    @Test
    void answerWhenCancelledByServerEqualsGolden() throws IOException {
        List<GenerationEvent> events =
                List.of(new Started(3), new Finished(FinishReason.CANCELLED, new TokenUsage(3, 0, 0, 0)));

        assertEqualsGolden("chat-completion-stream-cancelled.sse", stream(events, true));
    }

    @Test
    void answerWhenNeverBegunEqualsGolden() throws IOException {
        List<GenerationEvent> events =
                List.of(new Started(3), new Refused(new Rejection.WaitedTooLong(Duration.ofMillis(30_020))));

        assertEqualsGolden("chat-completion-stream-refused.sse", stream(events, true));
    }

    @Test
    void answerWhenNeverBegunAndCollectedIsAProblemToTryAgain() {
        ChatCompletionCollector collector = new ChatCompletionCollector();

        ProblemException e =
                catchThrowableOfType(ProblemException.class, () -> collector.add(new Refused(new Rejection.Closed())));

        assertThat(e.problem().code()).isEqualTo("overloaded");
        assertThat(e.problem().retryAfter()).isPositive();
    }

    @Test
    void answerWhenBrokenBeforeItIsCollectedIsAProblem() {
        ChatCompletionCollector collector = new ChatCompletionCollector();

        ProblemException e = catchThrowableOfType(
                ProblemException.class, () -> collector.add(new Failed("/secret/path", new TokenUsage(3, 0, 1, 0))));

        assertThat(e.problem().code()).isEqualTo("generation_failed");
        assertThat(e.problem().message()).doesNotContain("secret");
    }

    private static byte[] stream(List<GenerationEvent> events, boolean includeUsage) throws IOException {
        MockHttpServletResponse response = new MockHttpServletResponse();
        ChatCompletionChunks chunks = new ChatCompletionChunks(HEAD, includeUsage, () -> null);
        EventStream stream = new EventStream(response);
        for (GenerationEvent event : events) {
            AnswerStream.send(event, chunks, stream);
        }
        return response.getContentAsByteArray();
    }

    /** With {@code -Dgoldens=write} the file is written instead: look at the difference before committing it. */
    private static void assertEqualsGolden(String name, byte[] actual) throws IOException {
        Path golden = CONTRACTS.resolve(name);
        if ("write".equals(System.getProperty("goldens"))) {
            Files.write(golden, actual);
        }
        assertThat(new String(actual, StandardCharsets.UTF_8)).isEqualTo(Files.readString(golden));
        assertThat(actual).isEqualTo(Files.readAllBytes(golden));
    }
}
