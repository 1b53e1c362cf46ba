package dev.perigee.engine.tool;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.config.ParameterCount;
import dev.perigee.engine.kvcache.KvLayout;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.ModelWeights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Says what a model is and what it needs, from its configuration and file headers alone: nothing is loaded, no tokenizer is needed.
 */
public final class ModelInspector {

    private static final double MEBI = 1 << 20;

    private final Map<String, String> lines = new LinkedHashMap<>();

    private ModelInspector() {}

    /**
     * The model in this folder or GGUF file as {@code key: value} lines: architecture, parameters, tensor types and sizes, context, and the memory
     * for weights and for a token of context.
     *
     * @throws ModelLoadException where it is no sound model, in one line
     */
    public static String inspect(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig config = checkpoint.config();
            ModelWeights weights = checkpoint.bind(config);
            ModelInspector inspector = new ModelInspector();
            inspector.addArchitecture(config);
            inspector.addTensors(checkpoint.sizes());
            // as the default kernels keep it
            KvLayout cache =
                    Transformer.cacheLayout(config, weights.hasQuantisedAttention() ? DataType.BF16 : DataType.F32);
            inspector.lines.put("memory per token of context", cache.tokenBytes() + " bytes");
            return inspector.text();
        }
    }

    private void addArchitecture(ModelConfig config) {
        AttentionConfig attention = config.attention();
        MoeConfig moe = config.moe();
        int layers = config.dimensions().numHiddenLayers();
        long withExperts = IntStream.range(0, layers).filter(moe::isMoeLayer).count();
        ParameterCount parameters = ParameterCount.of(config);
        lines.put("architecture", config.modelType());
        lines.put("parameters total", String.valueOf(parameters.total()));
        lines.put("parameters active", String.valueOf(parameters.active()));
        lines.put("context", config.dimensions().maxPositionEmbeddings() + " tokens");
        lines.put("vocabulary", config.dimensions().vocabSize() + " tokens");
        lines.put("layers", layers + " (" + withExperts + " with experts)");
        lines.put("hidden size", String.valueOf(config.dimensions().hiddenSize()));
        lines.put(
                "attention",
                attention.numAttentionHeads() + " heads over a latent of " + attention.kvLoraRank() + " + "
                        + attention.qkRopeHeadDim());
        lines.put(
                "experts",
                moe.nRoutedExperts() + " routed, " + moe.router().numExpertsPerTok() + " for a token, "
                        + moe.nSharedExperts() + " shared");
    }

    private void addTensors(List<Checkpoint.StoredSize> tensors) {
        Map<String, Long> counts = new TreeMap<>();
        Map<String, Long> bytes = new TreeMap<>();
        for (Checkpoint.StoredSize tensor : tensors) {
            counts.merge(tensor.type(), 1L, Long::sum);
            bytes.merge(tensor.type(), tensor.bytes(), Long::sum);
        }
        lines.put("tensors", String.valueOf(tensors.size()));
        counts.forEach((type, count) ->
                lines.put("tensors of type " + type, count + ", " + size(bytes.getOrDefault(type, 0L))));
        lines.put(
                "memory for weights",
                size(bytes.values().stream().mapToLong(Long::longValue).sum()));
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%d bytes (%.1f MiB)", bytes, bytes / MEBI);
    }

    private String text() {
        return lines.entrySet().stream()
                .map(line -> line.getKey() + ": " + line.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
