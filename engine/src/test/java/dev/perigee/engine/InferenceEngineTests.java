package dev.perigee.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.perigee.engine.chat.ChatMessage;
import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.Rejection;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.SamplingParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InferenceEngineTests {

    @TempDir
    static Path folder;

    private static InferenceEngine engine;

    @BeforeAll
    static void open() throws IOException {
        engine = InferenceEngine.open(TinyModel.options(TinyModel.write(folder)));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void modelIsDescribed() {
        ModelDescription description = engine.modelDescription();
        assertThat(description.name()).isEqualTo("moonlet");
        assertThat(description.contextLength()).isEqualTo(TinyModel.CONTEXT);
        assertThat(description.parameters()).isBetween(100_000L, 1_000_000L);
        assertThat(description.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void requestsTogetherAnswerAsEachDoesAlone() throws InterruptedException {
        List<List<GenerationEvent>> alone = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            alone.add(read(engine.submit(request(i, 24))));
        }
        assertThat(alone.stream().map(InferenceEngineTests::text)).doesNotHaveDuplicates();
        List<Generation> together = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            together.add(engine.submit(request(i, 24)));
        }
        for (int i = 0; i < 6; i++) {
            assertThat(text(read(together.get(i)))).isEqualTo(text(alone.get(i)));
        }
    }

    @Test
    void usageAndStatisticsAgree() throws InterruptedException {
        long before = engine.statistics().generatedTokens();
        Prompt prompt = new Prompt.Chat(List.of(new ChatMessage.User("Hello")), List.of());
        List<GenerationEvent> events = read(engine.submit(request(prompt, 10, List.of())));
        GenerationEvent.Finished finished = (GenerationEvent.Finished) events.getLast();
        assertThat(events.getFirst()).isEqualTo(new GenerationEvent.Started(engine.countTokens(prompt)));
        assertThat(finished.usage().promptTokens()).isEqualTo(engine.countTokens(prompt));
        assertThat(engine.statistics().generatedTokens() - before)
                .isEqualTo(finished.usage().outputTokens());
        assertThat(engine.statistics().freePages())
                .isEqualTo(engine.statistics().pages());
    }

    @Test
    void contextThatRunsOutEndsTheAnswerByLength() throws InterruptedException {
        Prompt prompt = new Prompt.Raw("x".repeat(TinyModel.CONTEXT - 5));
        List<GenerationEvent> events = read(engine.submit(request(prompt, 1_000, List.of())));
        GenerationEvent.Finished finished = (GenerationEvent.Finished) events.getLast();
        assertThat(finished.usage().outputTokens()).isEqualTo(5);
        assertThat(finished.reason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void promptThatLeavesNoRoomIsRejectedWithBothFigures() {
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> engine.submit(request(new Prompt.Raw("x".repeat(300)), 1, List.of())))
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(new Rejection.ContextLengthExceeded(300, 256)));
    }

    @Test
    void requestThatBreaksTheContractIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(request(new Prompt.Raw(""), 1, List.of())))
                .withMessageContaining("prompt is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(request(new Prompt.Chat(List.of(), List.of()), 1, List.of())))
                .withMessageContaining("messages is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.submit(request(new Prompt.Raw("x"), 1, List.of(""))))
                .withMessageContaining("stop[0]");
    }

    @Test
    void generationThatEndedCannotBeReadOn() throws InterruptedException {
        Generation generation = engine.submit(request(0, 2));
        read(generation);
        assertThatIllegalStateException().isThrownBy(() -> generation.next(Duration.ZERO));
    }

    @Test
    void cancelEndsWithExactUsage() throws InterruptedException {
        Generation generation = engine.submit(request(0, 200));
        generation.cancel();
        generation.cancel();
        GenerationEvent.Finished finished =
                (GenerationEvent.Finished) read(generation).getLast();
        assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(finished.usage().outputTokens()).isLessThan(200);
    }

    @Test
    void engineWhenClosedEndsWhatRunsAndRefusesMore() throws InterruptedException {
        InferenceEngine other = InferenceEngine.open(TinyModel.options(folder));
        Generation running = other.submit(request(0, 200));
        other.close();
        other.close();
        assertThat(read(running).getLast().terminal()).isTrue();
        assertThatExceptionOfType(RequestRejectedException.class)
                .isThrownBy(() -> other.submit(request(1, 1)))
                .satisfies(e -> assertThat(e.rejection()).isEqualTo(new Rejection.Closed()));
    }

    @Test
    void cacheMemoryBoundsTheContext() {
        EngineOptions options = TinyModel.options(folder);
        EngineOptions small = options.withBounds(options.bounds().withCacheBytes(64L * 3 * 48 * 4));
        try (InferenceEngine other = InferenceEngine.open(small)) {
            assertThat(other.modelDescription().contextLength()).isEqualTo(64);
        }
    }

    @Test
    void folderThatIsNoModelIsRefusedInOneLine(@TempDir Path empty) throws IOException {
        TinyModel.write(empty);
        Files.delete(empty.resolve("tokenizer_config.json"));
        assertRefused(empty, "perigee.engine.chat-template");
        Files.delete(empty.resolve("config.json"));
        assertRefused(empty, "config.json");
        assertRefused(empty.resolve("missing"), "does not exist");
        assertRefused(empty.resolve("tiktoken.model"), "is not a folder");
    }

    private static void assertRefused(Path path, String problem) {
        assertThatExceptionOfType(ModelLoadException.class)
                .isThrownBy(() -> InferenceEngine.open(TinyModel.options(path)).close())
                .withMessageContaining(problem)
                .withMessageNotContaining("\n");
    }

    private static GenerationRequest request(int number, int maxTokens) {
        Prompt prompt = new Prompt.Chat(List.of(new ChatMessage.User("Question " + number)), List.of());
        return request(prompt, maxTokens, List.of());
    }

    private static GenerationRequest request(Prompt prompt, int maxTokens, List<String> stop) {
        return new GenerationRequest(
                "r",
                prompt,
                new SamplingParameters(1.0, null, null, null, 5L),
                new GenerationRequest.Limits(maxTokens, stop),
                GenerationRequest.Scheduling.single());
    }

    private static List<GenerationEvent> read(Generation generation) throws InterruptedException {
        List<GenerationEvent> events = new ArrayList<>();
        while (events.isEmpty() || !events.getLast().terminal()) {
            GenerationEvent event = generation.next(Duration.ofSeconds(20));
            assertThat(event).as("an event within 20 seconds").isNotNull();
            events.add(event);
        }
        return events;
    }

    /** Pieces may be cut differently, their text may not. */
    private static String text(List<GenerationEvent> events) {
        return events.stream()
                .map(event -> switch (event) {
                    case GenerationEvent.TextDelta delta -> delta.text();
                    case GenerationEvent.ReasoningDelta delta -> delta.text();
                    case GenerationEvent.ToolCallArgumentsDelta delta -> delta.json();
                    case GenerationEvent.ToolCallStarted call -> call.toString();
                    case GenerationEvent.Finished finished -> finished.toString();
                    case GenerationEvent.Started started -> started.toString();
                    case GenerationEvent.Failed failed -> failed.toString();
                })
                .collect(Collectors.joining());
    }
}
