package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.testing.Forward;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Logits against llama.cpp (as of llama-cpp-python 0.3.36) on the tiny models of the shared {@code gen_gguf.py}, which are made anew here. On
 * quantised files either side rounds its inputs to 8 bits in its own way, and a tie of experts then moves a whole row.
 *
 * <p>The golden file is made by {@code src/test/golden/llama/golden.py}.
 */
class LlamaGoldenTests {

    private static final Path GENERATOR = Path.of("..", "..", "shared", "tools", "gen_gguf.py");
    private static final String PYTHON = System.getenv().getOrDefault("PERIGEE_TEST_PYTHON", "python3");
    private static final double EXACT_DIVERGENCE = 1e-5;
    private static final double EXACT_DISTANCE = 0.05;
    private static final double QUANTISED_DIVERGENCE = 5e-2;

    @TempDir
    static Path folder;

    private static final Map<String, Path> MODELS = new TreeMap<>();

    record Case(JsonNode golden, KernelPreference kernels) {

        String preset() {
            return golden.get("preset").stringValue();
        }

        boolean isQuantised() {
            return preset().startsWith("q");
        }

        int[] tokens() {
            return golden.get("tokens")
                    .valueStream()
                    .mapToInt(JsonNode::intValue)
                    .toArray();
        }

        ByteBuffer logits() {
            return ByteBuffer.wrap(
                            Base64.getDecoder().decode(golden.get("logits").stringValue()))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public String toString() {
            return preset() + " " + kernels;
        }
    }

    static List<Case> cases() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/dev/perigee/engine/model/llama-golden.jsonl")).stream()
                .map(JsonMapper.shared()::readTree)
                .flatMap(golden -> List.of(KernelPreference.SCALAR, KernelPreference.AUTO).stream()
                        .map(kernels -> new Case(golden, kernels)))
                .toList();
    }

    /** Before each, so that every test is counted as skipped. */
    @BeforeEach
    void requireGenerator() throws Exception {
        assumeTrue(Files.exists(GENERATOR), "needs " + GENERATOR);
        assumeTrue(run("-c", "import numpy") == 0, PYTHON + " has no numpy; PERIGEE_TEST_PYTHON may name one that has");
    }

    private static int run(String... arguments) throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(PYTHON);
        process.command().addAll(List.of(arguments));
        return process.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static Path generated(String preset) {
        Path file = folder.resolve(preset + ".gguf");
        try {
            assertThat(run(GENERATOR.toString(), "tiny", preset, file.toString()))
                    .isZero();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsWhenModelIsGeneratedAreThoseOfLlama(Case golden) throws Exception {
        Path model = MODELS.computeIfAbsent(golden.preset(), LlamaGoldenTests::generated);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(model));
        assertThat(HexFormat.of().formatHex(digest))
                .as("SHA-256 of the generated model")
                .isEqualTo(golden.golden().get("sha256").stringValue());
        TransformerOptions options = new TransformerOptions(KernelOptions.of(golden.kernels()), 32, 0);
        try (Transformer transformer = Transformer.load(model, options)) {
            compare(golden, Forward.logits(transformer, golden.tokens(), 32));
        }
    }

    private static void compare(Case golden, float[][] found) {
        ByteBuffer wanted = golden.logits();
        assertThat(wanted.remaining()).isEqualTo(found.length * found[0].length * Float.BYTES);
        double divergence = 0;
        double distance = 0;
        for (float[] row : found) {
            float[] reference = new float[row.length];
            for (int i = 0; i < row.length; i++) {
                reference[i] = wanted.getFloat();
                distance = Math.max(distance, Math.abs(row[i] - reference[i]));
            }
            divergence += divergence(reference, row) / found.length;
        }
        System.out.printf("%s against llama.cpp: mean KL %.2e, largest distance %.2e%n", golden, divergence, distance);
        assertThat(divergence).isLessThan(golden.isQuantised() ? QUANTISED_DIVERGENCE : EXACT_DIVERGENCE);
        if (!golden.isQuantised()) {
            assertThat(distance).isLessThan(EXACT_DISTANCE);
        }
    }

    /** Kullback-Leibler divergence of the found distribution from the wanted one, in nats. */
    private static double divergence(float[] wanted, float[] found) {
        double own = logSum(wanted);
        double shift = logSum(found) - own;
        double sum = 0;
        for (int i = 0; i < wanted.length; i++) {
            sum += Math.exp(wanted[i] - own) * (wanted[i] - found[i] + shift);
        }
        return sum;
    }

    private static double logSum(float[] row) {
        double sum = 0;
        for (float value : row) {
            sum += Math.exp(value);
        }
        return Math.log(sum);
    }
}
