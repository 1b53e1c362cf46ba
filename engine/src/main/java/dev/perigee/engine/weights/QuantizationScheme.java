package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Checks that {@code quantization_config}, where there is one, describes weights that this engine reads: compressed-tensors
 * {@code pack-quantized}, 4 bits, symmetric, groups of 32; or FP8 e4m3 in tiles of 128 × 128. Activations stay as they are whatever
 * {@code activation_scheme} says.
 *
 * <p>Which tensors are quantised is decided by the tensors themselves, not here: published configurations list their exceptions
 * incompletely.
 */
final class QuantizationScheme {

    static final int GROUP_SIZE = 32;

    private static final String TILE = "[128,128]";

    private QuantizationScheme() {}

    static void check(ConfigKeys keys) {
        if (!keys.has("quantization_config")) {
            return;
        }
        ConfigKeys scheme = keys.inner("quantization_config");
        if (scheme.oneOf("quant_method", List.of("compressed-tensors", "fp8")).equals("fp8")) {
            checkTiles(scheme);
            return;
        }
        scheme.oneOf("format", List.of("pack-quantized"));
        ConfigKeys groups = scheme.inner("config_groups");
        if (groups.object().isEmpty()) {
            throw new ModelLoadException(
                    keys.file().toString(),
                    "\"quantization_config.config_groups\" is empty",
                    "fetch config.json of the checkpoint again");
        }
        for (String name : groups.object().propertyNames()) {
            checkWeights(groups.inner(name).inner("weights"));
        }
    }

    private static void checkTiles(ConfigKeys scheme) {
        scheme.onlyIfPresent("fmt", "e4m3");
        if (!scheme.has("weight_block_size")
                || !scheme.object().get("weight_block_size").toString().equals(TILE)) {
            throw new ModelLoadException(
                    scheme.file().toString(),
                    "\"quantization_config.weight_block_size\" is "
                            + scheme.object().get("weight_block_size") + ", wanted is " + TILE,
                    "give a checkpoint whose FP8 weights have a scale for every 128 x 128 of them");
        }
    }

    private static void checkWeights(ConfigKeys weights) {
        weights.oneOf("type", List.of("int"));
        weights.onlyIfPresent("symmetric", "true");
        weights.onlyIfPresent("actorder", "null");
        same(weights, "num_bits", 4);
        same(weights, "group_size", GROUP_SIZE);
    }

    private static void same(ConfigKeys keys, String key, int wanted) {
        int found = keys.integer(key);
        if (found != wanted) {
            JsonNode node = keys.object();
            throw new ModelLoadException(
                    keys.file().toString(),
                    "\"" + keys.prefix() + key + "\" is " + node.get(key) + ", wanted is " + wanted,
                    "give a checkpoint with INT4 weights in groups of 32, or in bf16");
        }
    }
}
