package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The weights of multi-head latent attention.
 *
 * @param compressedQuery the query's compression, or {@code null} where {@code queryUp} is q_proj
 * @param queryUp q_b_proj or q_proj (heads · qkHeadDim, qLoraRank or hiddenSize)
 * @param latentDown kv_a_proj_with_mqa (kvLoraRank + qkRopeHeadDim, hiddenSize)
 * @param latentNorm kv_a_layernorm (1, kvLoraRank)
 * @param latentUp kv_b_proj
 * @param output o_proj (hiddenSize, heads · vHeadDim)
 */
public record AttentionWeights(
        @Nullable CompressedQuery compressedQuery,
        WeightMatrix queryUp,
        WeightMatrix latentDown,
        FloatMatrix latentNorm,
        LatentUp latentUp,
        WeightMatrix output) {

    /**
     * The query's compression.
     *
     * @param down q_a_proj (qLoraRank, hiddenSize)
     * @param norm q_a_layernorm (1, qLoraRank)
     */
    public record CompressedQuery(WeightMatrix down, FloatMatrix norm) {}
}
