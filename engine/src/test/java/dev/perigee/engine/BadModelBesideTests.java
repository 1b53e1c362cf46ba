package dev.perigee.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A loaded model goes on while bad files of every kind are tried beside it: the same answers, and nothing of theirs stays open. */
@Timeout(120)
class BadModelBesideTests {

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path OPEN = Path.of("/proc/self/fd");

    @TempDir
    Path folder;

    private final Map<String, Path> bad = new LinkedHashMap<>();

    @Test
    void loadedModelWhenBadOnesAreTriedGivesTheSameAnswers() throws Exception {
        writeBad();
        try (InferenceEngine engine = InferenceEngine.open(options(TinyModel.write(made("good"))))) {
            List<String> wanted = List.of(answer(engine, 1), answer(engine, 2), answer(engine, 3));
            assertThat(wanted).doesNotContain("").doesNotHaveDuplicates();
            AtomicInteger answers = new AtomicInteger();
            AtomicReference<Throwable> failed = new AtomicReference<>();
            AtomicBoolean done = new AtomicBoolean();
            Thread generating = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; !done.get(); i++) {
                        assertThat(answer(engine, 1 + i % 3)).isEqualTo(wanted.get(i % 3));
                        answers.incrementAndGet();
                    }
                } catch (Throwable e) {
                    failed.set(e);
                }
            });
            for (Map.Entry<String, Path> model : bad.entrySet()) {
                int before = answers.get();
                assertThatExceptionOfType(ModelLoadException.class)
                        .as(model.getKey())
                        .isThrownBy(() ->
                                InferenceEngine.open(options(model.getValue())).close())
                        .withMessageContaining(folder.toString())
                        .withMessageNotContaining("\n");
                while (answers.get() == before && failed.get() == null) {
                    Thread.sleep(1);
                }
            }
            done.set(true);
            generating.join();
            assertThat(failed).hasNullValue();
            assertThat(answers.get()).isGreaterThanOrEqualTo(bad.size());
            System.out.println(bad.size() + " bad models beside " + answers + " answers");
        }
        requireNothingOpen();
    }

    private static EngineOptions options(Path model) {
        return EngineOptions.of(model)
                .withKernels(EngineOptions.Kernels.standard().withThreads(1));
    }

    private static String answer(InferenceEngine engine, long seed) throws InterruptedException {
        Generation generation = engine.submit(new GenerationRequest(
                "request-" + seed,
                new Prompt.Raw("Hello"),
                new SamplingParameters(1.0, 0, 1.0, 0.0, seed),
                new GenerationRequest.Limits(24, List.of()),
                GenerationRequest.Scheduling.single()));
        StringBuilder text = new StringBuilder();
        GenerationEvent event;
        do {
            event = generation.next(Duration.ofSeconds(30));
            switch (event) {
                case GenerationEvent.TextDelta delta -> text.append(delta.text());
                case GenerationEvent.Failed failure -> throw new AssertionError(failure.message());
                case null -> throw new AssertionError("no event for 30 seconds");
                default -> {}
            }
        } while (!event.terminal());
        return text.toString();
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private void writeBad() throws IOException {
        bad.put("nothing", folder.resolve("nothing"));
        bad.put("empty folder", made("empty"));
        ggufs();
        safetensors();
        Path config = damaged("config", "config.json", "{\"model_type\":\"kimi_k2\",\"num_hidden_layers\":1000000000}");
        bad.put("configuration", config);
        bad.put("configuration is no JSON", damaged("json", "config.json", "{"));
        bad.put("vocabulary", damaged("vocabulary", "tiktoken.model", "!!!! 0\n"));
        bad.put(
                "names of control tokens",
                damaged(
                        "names",
                        "tokenizer_config.json",
                        "{\"model_name\":\"moonlet\",\"added_tokens_decoder\":{\"7\":{\"content\":\"[X]\"}}}"));
        bad.put("defaults", damaged("defaults", "generation_config.json", "{\"temperature\":\"hot\"}"));
        bad.put(
                "shard index",
                damaged("index", "model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../etc/passwd\"}}"));
        Path other = TinyModel.write(made("shape"));
        new TinyCheckpoint(3)
                .with("vocab_size", "520")
                .with("hidden_size", "96")
                .writeConfig(other);
        bad.put("tensors of another shape", other);
        Path deepSeek = TinyModel.write(made("deepseek"));
        new TinyCheckpoint(3)
                .with("vocab_size", "520")
                .with("n_group", "2")
                .with("topk_group", "1")
                .writeConfig(deepSeek);
        bad.put("DeepSeek", deepSeek);
    }

    private void ggufs() throws IOException {
        byte[] sound = TinyModel.gguf(made("gguf")).bytes();
        gguf("cut by a byte", Arrays.copyOf(sound, sound.length - 1));
        gguf("cut in its header", Arrays.copyOf(sound, 2_000));
        gguf("three bytes", Arrays.copyOf(sound, 3));
        byte[] version = sound.clone();
        version[4] = 9;
        gguf("another version", version);
        byte[] count = sound.clone();
        Arrays.fill(count, 8, 16, (byte) 0x7F);
        gguf("many tensors", count);
        gguf(
                "no tensors",
                new GgufWriter().text("general.architecture", "deepseek2").bytes());
    }

    private void gguf(String kind, byte[] bytes) throws IOException {
        bad.put(kind, Files.write(folder.resolve(kind.replace(' ', '-') + ".gguf"), bytes));
    }

    private void safetensors() throws IOException {
        Path cut = TinyModel.write(made("cut"));
        Path weights = cut.resolve("model.safetensors");
        byte[] sound = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(sound, sound.length - 1));
        bad.put("safetensors cut by a byte", cut);
        Path header = TinyModel.write(made("header"));
        sound[7] = 1;
        Files.write(header.resolve("model.safetensors"), sound);
        bad.put("safetensors with a long header", header);
    }

    private Path damaged(String name, String file, String text) throws IOException {
        Path model = TinyModel.write(made(name));
        Files.writeString(model.resolve(file), text);
        return model;
    }

    /** Neither mapped nor open, where the system tells. */
    private void requireNothingOpen() throws IOException {
        if (!Files.exists(MAPS)) {
            return;
        }
        assertThat(Files.readString(MAPS)).doesNotContain(folder.toString());
        try (Stream<Path> files = Files.list(OPEN)) {
            assertThat(files.map(BadModelBesideTests::target))
                    .noneMatch(target -> target.startsWith(folder.toString()));
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
