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
import dev.perigee.engine.testing.TinyCheckpoint;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

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
        assertThat(description.digest()).isNull();
    }

    @Test
    void digestIsTheFilesOwnAndIsKeptUntilTheFileChanges(@TempDir Path other) throws Exception {
        Path file = TinyModel.gguf(other).writeTo(other.resolve("model.gguf"));
        Path kept = other.resolve("digests");
        assertThat(digest(file, kept)).isEqualTo(sha256(file));
        Path place;
        try (Stream<Path> places = Files.list(kept)) {
            place = places.findFirst().orElseThrow();
        }
        Files.writeString(place, "f".repeat(64));
        assertThat(digest(file, kept)).isEqualTo("f".repeat(64));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(digest(file, kept)).isEqualTo(sha256(file));
        assertThat(digest(folder, kept)).matches("[0-9a-f]{64}").isEqualTo(digest(folder, other.resolve("elsewhere")));
    }

    private static String digest(Path model, Path kept) {
        try (InferenceEngine engine =
                InferenceEngine.open(TinyModel.options(model).withKeptDigests(kept))) {
            return String.valueOf(engine.modelDescription().digest());
        }
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
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
        while (!(generation.next(Duration.ofSeconds(20)) instanceof GenerationEvent.TextDelta)) {
            // until it has begun
        }
        generation.cancel();
        generation.cancel();
        GenerationEvent.Finished finished =
                (GenerationEvent.Finished) read(generation).getLast();
        assertThat(finished.reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(finished.usage().outputTokens()).isLessThan(200);
    }

    @Test
    void requestWhoseTimeIsOverBeforeItBeginsIsRefusedByAnEvent() throws InterruptedException {
        Duration shortest = Duration.ofNanos(1);
        EngineOptions options = TinyModel.options(folder);
        EngineOptions impatient = options.withBounds(options.bounds().withMaxWait(shortest));
        GenerationRequest plain = request(0, 5);
        GenerationRequest hurried = new GenerationRequest(
                plain.id(),
                plain.prompt(),
                plain.sampling(),
                new GenerationRequest.Limits(5, List.of(), 5, shortest),
                plain.scheduling());
        try (InferenceEngine other = InferenceEngine.open(impatient)) {
            for (Generation generation : List.of(other.submit(plain), engine.submit(hurried))) {
                assertThat(read(generation).getLast())
                        .isInstanceOfSatisfying(
                                GenerationEvent.Refused.class,
                                refused -> assertThat(refused.rejection().message())
                                        .matches(
                                                "The server is full: the request waited \\d\\.\\d s and its turn did not come\\."));
            }
        }
        assertThat(engine.statistics().waiting()).isZero();
    }

    @Test
    void timeLimitThatIsNotPositiveIsRefusedByName() {
        EngineOptions.Bounds bounds = EngineOptions.Bounds.standard();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bounds.withMaxWait(Duration.ZERO))
                .withMessage("maxWait is PT0S, must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GenerationRequest.Limits(1, List.of(), 1, Duration.ofSeconds(-1)))
                .withMessage("deadline is PT-1S, must be positive");
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
        assertRefused(empty.resolve("tiktoken.model"), "does not begin with the magic \"GGUF\"");
    }

    @Test
    void ggufFileAnswersAsTheFolderItWasMadeFrom(@TempDir Path other) throws IOException, InterruptedException {
        Path file = TinyModel.gguf(other).writeTo(other.resolve("model.gguf"));
        try (InferenceEngine gguf = InferenceEngine.open(TinyModel.options(file))) {
            assertThat(gguf.modelDescription().name()).isEqualTo("Moonlet");
            assertThat(text(read(gguf.submit(request(3, 24))))).isEqualTo(text(read(engine.submit(request(3, 24)))));
        }
    }

    @Test
    void ggufFileWithoutANameIsCalledLikeTheFile(@TempDir Path other) throws IOException {
        Path file = TinyModel.gguf(other)
                .without("general.name")
                .text("tokenizer.chat_template", "{# moonlet #}")
                .writeTo(other.resolve("own-model-Q8_0.gguf"));
        try (InferenceEngine gguf = InferenceEngine.open(TinyModel.options(file))) {
            assertThat(gguf.modelDescription().name()).isEqualTo("own-model-Q8_0");
        }
    }

    @Test
    void ggufFileThatCannotChatIsRefusedByWhatKeepsItFromIt(@TempDir Path other) throws IOException {
        Path file = other.resolve("model.gguf");
        TinyModel.gguf(other).text("general.name", "mine").writeTo(file);
        assertRefused(file, "perigee.engine.chat-template");
        TinyModel.gguf(other).text("tokenizer.ggml.pre", "deepseek-v3").writeTo(file);
        assertRefused(file, "is a DeepSeek model (its tokenizer.ggml.pre is deepseek-v3), which cannot chat here");
        TinyModel.gguf(other).text("general.name", "DeepSeek V3").writeTo(file);
        assertRefused(file, "is a DeepSeek model (its name is DeepSeek V3)");
        TinyModel.gguf(other).without("tokenizer.ggml.merges").writeTo(file);
        assertRefused(file, "has no tokenizer.ggml.merges");
    }

    @Test
    void deepSeekFolderIsRefusedByNameUnlessPromptsAreRaw(@TempDir Path other)
            throws IOException, InterruptedException {
        TinyModel.write(other);
        new TinyCheckpoint(3)
                .with("model_type", "\"deepseek_v3\"")
                .with("vocab_size", "520")
                .with("n_group", "4")
                .with("topk_group", "2")
                .writeTo(other);
        assertRefused(other, "is a DeepSeek model (its router has 4 groups)");
        EngineOptions options = TinyModel.options(other);
        try (InferenceEngine raw = InferenceEngine.open(options.withDialogue(new EngineOptions.Dialogue(null, true)))) {
            assertThat(read(raw.submit(request(new Prompt.Raw("x"), 3, List.of())))
                            .getLast())
                    .isInstanceOf(GenerationEvent.Finished.class);
        }
        new TinyCheckpoint(3)
                .with("model_type", "\"deepseek_v3\"")
                .with("vocab_size", "520")
                .writeTo(other);
        Files.delete(other.resolve("tiktoken.model"));
        assertRefused(other, "is a DeepSeek model (its model_type is deepseek_v3)");
    }

    @Test
    void rawPromptWhenModelIsDeepSeeksIsReadByItsOwnTokenizer(@TempDir Path other)
            throws IOException, InterruptedException {
        new TinyCheckpoint(3)
                .with("model_type", "\"deepseek_v3\"")
                .with("vocab_size", "720")
                .writeTo(other);
        try (InputStream golden = Tokenizer.class.getResourceAsStream("deepseek-golden.jsonl")) {
            String first = new BufferedReader(new InputStreamReader(golden, StandardCharsets.UTF_8)).readLine();
            Files.writeString(
                    other.resolve("tokenizer.json"),
                    JsonMapper.shared().readTree(first).get("tokenizer").toString());
        }
        Files.writeString(
                other.resolve("tokenizer_config.json"),
                "{\"add_bos_token\":true,\"bos_token\":\"<｜begin▁of▁sentence｜>\",\"eos_token\":\"<｜end▁of▁sentence｜>\"}");
        assertRefused(other, "is a DeepSeek model (its model_type is deepseek_v3)");
        EngineOptions options = TinyModel.options(other);
        try (InferenceEngine raw = InferenceEngine.open(options.withDialogue(new EngineOptions.Dialogue(null, true)))) {
            Prompt prompt = new Prompt.Raw("Hello, 你好");
            assertThat(raw.countTokens(prompt))
                    .isEqualTo(1 + Tokenizer.load(other).encode("Hello, 你好").length);
            assertThat(read(raw.submit(request(prompt, 3, List.of()))).getLast())
                    .isInstanceOf(GenerationEvent.Finished.class);
        }
    }

    @Test
    void chatWhenEngineTakesRawPromptsOnlyIsRefused(@TempDir Path other) throws IOException {
        Path file = TinyModel.gguf(other).text("general.name", "mine").writeTo(other.resolve("model.gguf"));
        EngineOptions options = TinyModel.options(file);
        try (InferenceEngine raw = InferenceEngine.open(options.withDialogue(new EngineOptions.Dialogue(null, true)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> raw.submit(request(0, 1)))
                    .withMessageContaining("raw prompts only");
        }
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
                    case GenerationEvent.Refused refused -> refused.toString();
                })
                .collect(Collectors.joining());
    }
}
