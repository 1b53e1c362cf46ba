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
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The scalar kernels' greedy answers of the bundled model against those of float32 PyTorch, token for token. */
class MoonletGoldenTests {

    private static final Path WEIGHTS = Path.of("..", "src", "model", "weights");
    private static final String GOLDEN = "/dev/perigee/engine/moonlet-golden.jsonl";
    private static final int STEP_TOKENS = 512;

    private record Example(int[] prompt, int[] output) {}

    @Test
    void answersWhenGreedyEqualPyTorchTokenForToken() throws IOException {
        assumeTrue(Files.exists(WEIGHTS.resolve("model.safetensors")), "no bundled weights in " + WEIGHTS);
        List<Example> examples = examples();
        assertThat(examples).hasSizeGreaterThanOrEqualTo(50);
        List<int[]> outputs = answers(examples);
        for (int i = 0; i < examples.size(); i++) {
            assertThat(outputs.get(i))
                    .as("example %d", i)
                    .containsExactly(examples.get(i).output());
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
                if (node.has("prompt")) {
                    examples.add(new Example(ids(node.get("prompt")), ids(node.get("output"))));
                }
            }
            return examples;
        }
    }

    private static int[] ids(JsonNode array) {
        return IntStream.range(0, array.size())
                .map(i -> array.get(i).intValue())
                .toArray();
    }

    /** All examples advance together, a token a step, after each prompt was computed on its own. */
    private static List<int[]> answers(List<Example> examples) {
        KernelOptions kernels = KernelOptions.of(KernelPreference.SCALAR)
                .withThreads(Runtime.getRuntime().availableProcessors());
        List<int[]> outputs =
                examples.stream().map(e -> new int[e.output().length]).toList();
        try (Transformer transformer = Transformer.load(WEIGHTS, new TransformerOptions(kernels, STEP_TOKENS, 0));
                KvCache cache = transformer.newCache(512L << 20);
                ScratchBuffers buffers = new ScratchBuffers()) {
            FloatMatrix logits = buffers.floats(examples.size(), transformer.vocabularySize());
            List<PageTable> tables = new ArrayList<>();
            for (int i = 0; i < examples.size(); i++) {
                tables.add(cache.newTable());
                int[] prompt = examples.get(i).prompt();
                assertThat(cache.reserve(tables.get(i), prompt.length + outputs.get(i).length))
                        .isTrue();
                transformer.forward(new StepPlan(List.of(slice(tables.get(i), prompt, 0))), cache, logits);
                outputs.get(i)[0] = largest(logits, 0);
            }
            for (int step = 1; step < outputs.getFirst().length; step++) {
                transformer.forward(next(examples, outputs, tables, step), cache, logits);
                for (int i = 0; i < examples.size(); i++) {
                    outputs.get(i)[step] = largest(logits, i);
                }
            }
        }
        return outputs;
    }

    private static StepPlan next(List<Example> examples, List<int[]> outputs, List<PageTable> tables, int step) {
        return new StepPlan(IntStream.range(0, examples.size())
                .mapToObj(i -> slice(
                        tables.get(i),
                        new int[] {outputs.get(i)[step - 1]},
                        examples.get(i).prompt().length + step - 1))
                .toList());
    }

    private static StepPlan.Slice slice(PageTable table, int[] tokens, int position) {
        return new StepPlan.Slice(table, tokens, position, StepPlan.Logits.LAST);
    }

    private static int largest(FloatMatrix logits, int row) {
        int best = 0;
        for (int i = 1; i < logits.columns(); i++) {
            if (logits.get(row, i) > logits.get(row, best)) {
                best = i;
            }
        }
        return best;
    }
}
