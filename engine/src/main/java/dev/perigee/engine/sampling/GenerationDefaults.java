package dev.perigee.engine.sampling;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.json.JsonFiles;
import dev.perigee.engine.weights.GgufMetadata;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a model's files say about drawing tokens and ending answers: generation_config.json, or a GGUF file's metadata.
 *
 * @param sampling the model's own parameters; {@code null} where the files name none
 * @param stopIds the ids that end an answer
 */
public record GenerationDefaults(SamplingParameters sampling, Set<Integer> stopIds) {

    private static final String NAME = "generation_config.json";
    private static final String SAMPLING = "general.sampling.";
    private static final List<String> STOPS = List.of("eos", "eot", "eom");

    public GenerationDefaults {
        stopIds = Set.copyOf(stopIds);
    }

    /**
     * What the folder's file says; nothing where there is none.
     *
     * @throws ModelLoadException where a value is out of bounds, by its name
     */
    public static GenerationDefaults read(Path folder) {
        Path file = folder.resolve(NAME);
        Optional<JsonNode> config = JsonFiles.readIfPresent(file);
        if (config.isEmpty()) {
            return new GenerationDefaults(SamplingParameters.defaults(), Set.of());
        }
        try {
            return new GenerationDefaults(sampling(config.get()), stopIds(config.get()));
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(
                    file.toString(), String.valueOf(e.getMessage()), "correct the file or fetch it again", e);
        }
    }

    /**
     * What a GGUF file's metadata says.
     *
     * @throws ModelLoadException where a value is out of bounds, by its name
     */
    public static GenerationDefaults read(GgufMetadata metadata) {
        Set<Integer> stopIds = new HashSet<>();
        for (String end : STOPS) {
            String key = "tokenizer.ggml." + end + "_token_id";
            if (metadata.has(key)) {
                stopIds.add(metadata.integer(key));
            }
        }
        try {
            return new GenerationDefaults(sampling(metadata), stopIds);
        } catch (IllegalArgumentException e) {
            throw metadata.refused(SAMPLING + "*: " + e.getMessage());
        }
    }

    private static SamplingParameters sampling(GgufMetadata metadata) {
        return new SamplingParameters(
                number(metadata, "temp"),
                metadata.has(SAMPLING + "top_k") ? Integer.valueOf(metadata.integer(SAMPLING + "top_k")) : null,
                number(metadata, "top_p"),
                number(metadata, "min_p"),
                null);
    }

    private static @Nullable Double number(GgufMetadata metadata, String key) {
        return metadata.has(SAMPLING + key) ? Double.valueOf(metadata.number(SAMPLING + key)) : null;
    }

    private static SamplingParameters sampling(JsonNode config) {
        boolean greedy = config.has("do_sample") && !config.path("do_sample").asBoolean(true);
        @Nullable Double topK = number(config, "top_k");
        return new SamplingParameters(
                greedy ? Double.valueOf(0) : number(config, "temperature"),
                topK == null ? null : Integer.valueOf(topK.intValue()),
                number(config, "top_p"),
                number(config, "min_p"),
                null);
    }

    private static @Nullable Double number(JsonNode config, String key) {
        JsonNode node = config.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isNumber()) {
            throw new IllegalArgumentException(key + " is " + node + ", must be a number");
        }
        return node.doubleValue();
    }

    private static Set<Integer> stopIds(JsonNode config) {
        Set<Integer> ids = new HashSet<>();
        JsonNode eos = config.path("eos_token_id");
        if (eos.isArray()) {
            eos.forEach(node -> ids.add(tokenId(node)));
        } else if (!eos.isMissingNode() && !eos.isNull()) {
            ids.add(tokenId(eos));
        }
        return ids;
    }

    private static int tokenId(JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw new IllegalArgumentException("eos_token_id is " + node + ", must be a token id");
        }
        return node.intValue();
    }
}
