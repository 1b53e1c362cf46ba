package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.HashedCheckpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Logits against Hugging Face transformers 5.24 in float32, over every architecture, router, YaRN form and storage: ‖a − b‖ / ‖b‖ over
 * all logits.
 *
 * <p>The golden file is made by {@code src/test/golden/transformers/golden.py}.
 */
class TransformersGoldenTests {

    private static final double SCALAR = 1e-4;
    private static final double NATIVE = 1e-2;
    private static final double QUANTISED = 5e-2;
    private static final double SAME_TOP = 0.97;

    @TempDir
    Path folder;

    record Case(String name, JsonNode golden) {

        int[] tokens() {
            return golden.get("tokens")
                    .valueStream()
                    .mapToInt(JsonNode::intValue)
                    .toArray();
        }

        boolean isQuantised() {
            return name.contains("INT4") || name.contains("FP8");
        }

        float[][] logits(int columns) {
            ByteBuffer bytes = ByteBuffer.wrap(
                            Base64.getDecoder().decode(golden.get("logits").stringValue()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            float[][] rows = new float[bytes.remaining() / Float.BYTES / columns][columns];
            for (float[] row : rows) {
                bytes.asFloatBuffer().get(row);
                bytes.position(bytes.position() + columns * Float.BYTES);
            }
            return rows;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() throws IOException {
        JsonMapper json = JsonMapper.shared();
        List<Case> cases = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(
                        TransformersGoldenTests.class.getResourceAsStream("transformers-golden.jsonl"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode golden = json.readTree(line);
                cases.add(new Case(golden.get("name").stringValue(), golden));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsWhenScalarEqualTransformers(Case golden) throws IOException {
        compare(golden, KernelPreference.SCALAR, SCALAR);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsWhenDefaultKernelsAreCloseToTransformers(Case golden) throws IOException {
        compare(golden, KernelPreference.AUTO, golden.isQuantised() ? QUANTISED : NATIVE);
    }

    private void compare(Case golden, KernelPreference kernels, double bound) throws IOException {
        new HashedCheckpoint(golden.golden()).writeTo(folder);
        TransformerOptions options = new TransformerOptions(KernelOptions.of(kernels), 32, 0)
                .withLatentNormEps(golden.golden().get("latent_norm_eps").doubleValue());
        try (Transformer transformer = Transformer.load(folder, options)) {
            float[][] found = Forward.logits(transformer, golden.tokens(), 32);
            float[][] wanted = golden.logits(transformer.vocabularySize());
            double distance = distance(found, wanted);
            System.out.printf("%s, %s: %.2e%n", golden, kernels, distance);
            assertThat(distance).isLessThan(bound);
            assertThat(sameTop(found, wanted)).isGreaterThanOrEqualTo(SAME_TOP);
        }
    }

    private static double distance(float[][] found, float[][] wanted) {
        assertThat(found).hasDimensions(wanted.length, wanted[0].length);
        double difference = 0;
        double size = 0;
        for (int t = 0; t < wanted.length; t++) {
            for (int i = 0; i < wanted[t].length; i++) {
                difference += Math.pow(found[t][i] - wanted[t][i], 2);
                size += Math.pow(wanted[t][i], 2);
            }
        }
        return Math.sqrt(difference / size);
    }

    private static double sameTop(float[][] found, float[][] wanted) {
        int same = 0;
        for (int t = 0; t < wanted.length; t++) {
            same += top(found[t]) == top(wanted[t]) ? 1 : 0;
        }
        return (double) same / wanted.length;
    }

    private static int top(float[] row) {
        int top = 0;
        for (int i = 1; i < row.length; i++) {
            top = row[i] > row[top] ? i : top;
        }
        return top;
    }
}
