package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Greedy answers of the bundled model against those of float32 PyTorch, and some steps' largest logits. The oracle must agree token for
 * token: the golden file holds no step whose best two logits lie within 1e-4. The default kernels round activations to 8 bits before
 * products with INT4 weights, and the latent cache to bfloat16: they must agree as far as that allows.
 */
class MoonletGoldenTests {

    private static final Path WEIGHTS = Path.of("..", "src", "model", "weights");
    private static final String GOLDEN = "/dev/perigee/engine/moonlet-golden.jsonl";
    private static final int STEP_TOKENS = 512;
    private static final long CACHE_BYTES = 512L << 20;
    private static final Limits ORACLE = new Limits(1, 1e-4);
    private static final Limits DEFAULT = new Limits(0.97, 5e-2);

    /**
     * How far logits may be from PyTorch's.
     *
     * @param sameTop least share of steps with the same top token
     * @param distance largest |found − wanted| / |wanted| over all golden logits
     */
    private record Limits(double sameTop, double distance) {}

    /** @param logits step → token id → logit */
    private record Example(int[] prompt, int[] output, Map<Integer, Map<Integer, Double>> logits) {}

    @Test
    void answersWhenScalarEqualPyTorchTokenForToken() throws IOException {
        compare(KernelPreference.SCALAR, ORACLE);
    }

    @Test
    void answersWhenDefaultKernelsAreCloseToPyTorch() throws IOException {
        compare(KernelPreference.AUTO, DEFAULT);
    }

    private static void compare(KernelPreference preference, Limits limits) throws IOException {
        assumeTrue(Files.exists(WEIGHTS.resolve("model.safetensors")), "no bundled weights in " + WEIGHTS);
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(50);
        KernelOptions kernels =
                KernelOptions.of(preference).withThreads(Runtime.getRuntime().availableProcessors());
        try (Transformer transformer = Transformer.load(WEIGHTS, new TransformerOptions(kernels, STEP_TOKENS, 0));
                KvCache cache = transformer.newCache(CACHE_BYTES);
                ScratchBuffers buffers = new ScratchBuffers()) {
            FloatMatrix logits = buffers.floats(examples.size(), transformer.vocabularySize());
            new Answers(transformer, cache, logits, examples).require(limits);
        }
    }

    private static List<Example> examples() throws IOException {
        JsonMapper mapper = new JsonMapper();
        try (InputStream in = MoonletGoldenTests.class.getResourceAsStream(GOLDEN)) {
            assertThat(in).as("golden file %s", GOLDEN).isNotNull();
            List<Example> examples = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                JsonNode node = mapper.readTree(line);
                examples.add(
                        new Example(ids(node.get("prompt")), ids(node.get("output")), logits(node.path("logits"))));
            }
            return examples;
        }
    }

    private static int[] ids(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(i -> array.get(i).intValue())
                .toArray();
    }

    private static Map<Integer, Map<Integer, Double>> logits(JsonNode steps) {
        Map<Integer, Map<Integer, Double>> logits = new HashMap<>();
        for (JsonNode step : steps) {
            Map<Integer, Double> top = new HashMap<>();
            step.get("top")
                    .forEach(pair -> top.put(pair.get(0).intValue(), pair.get(1).doubleValue()));
            logits.put(step.get("step").intValue(), top);
        }
        return logits;
    }

    /** All examples advance together, a token a step, after each prompt was computed on its own. */
    private static final class Answers {

        private final Transformer transformer;
        private final KvCache cache;
        private final FloatMatrix logits;
        private final List<Example> examples;
        private int steps;
        private int same;
        private double difference;
        private double size;

        Answers(Transformer transformer, KvCache cache, FloatMatrix logits, List<Example> examples) {
            this.transformer = transformer;
            this.cache = cache;
            this.logits = logits;
            this.examples = examples;
        }

        void require(Limits limits) {
            compute();
            assertThat((double) same / steps).isGreaterThanOrEqualTo(limits.sameTop());
            assertThat(Math.sqrt(difference / size)).isLessThanOrEqualTo(limits.distance());
        }

        private void compute() {
            List<PageTable> tables = new ArrayList<>();
            for (int i = 0; i < examples.size(); i++) {
                Example example = examples.get(i);
                PageTable table = cache.newTable();
                assertThat(cache.reserve(table, example.prompt().length + example.output().length))
                        .isTrue();
                tables.add(table);
                transformer.forward(new StepPlan(List.of(slice(table, example.prompt(), 0))), cache, logits);
                count(example, 0, 0);
            }
            for (int step = 1; step < examples.getFirst().output().length; step++) {
                transformer.forward(next(tables, step), cache, logits);
                for (int i = 0; i < examples.size(); i++) {
                    count(examples.get(i), step, i);
                }
            }
        }

        private StepPlan next(List<PageTable> tables, int step) {
            return new StepPlan(IntStream.range(0, examples.size())
                    .mapToObj(i -> slice(
                            tables.get(i),
                            new int[] {examples.get(i).output()[step - 1]},
                            examples.get(i).prompt().length + step - 1))
                    .toList());
        }

        private void count(Example example, int step, int row) {
            steps++;
            same += largest(row) == example.output()[step] ? 1 : 0;
            example.logits().getOrDefault(step, Map.of()).forEach((id, logit) -> {
                difference += Math.pow(logits.get(row, id) - logit, 2);
                size += Math.pow(logit, 2);
            });
        }

        private int largest(int row) {
            int best = 0;
            for (int i = 1; i < logits.columns(); i++) {
                if (logits.get(row, i) > logits.get(row, best)) {
                    best = i;
                }
            }
            return best;
        }

        private static StepPlan.Slice slice(PageTable table, int[] tokens, int position) {
            return new StepPlan.Slice(table, tokens, position, StepPlan.Logits.LAST);
        }
    }
}
