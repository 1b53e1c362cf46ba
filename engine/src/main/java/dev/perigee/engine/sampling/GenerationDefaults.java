package dev.perigee.engine.sampling;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.json.JsonFiles;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a model's generation_config.json says about drawing tokens and ending answers.
 *
 * @param sampling the model's own parameters; {@code null} where the file names none
 * @param stopIds the ids that end an answer
 */
public record GenerationDefaults(SamplingParameters sampling, Set<Integer> stopIds) {

    private static final String NAME = "generation_config.json";

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
