package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.WeightMatrix;

/** From the latent to the heads' keys and values, in one of the forms that files have it in. */
public sealed interface LatentUp {

    /**
     * As published: a head's key rows, then its value rows.
     *
     * @param matrix kv_b_proj (heads · (qkNopeHeadDim + vHeadDim), kvLoraRank)
     */
    record Joined(WeightMatrix matrix) implements LatentUp {}

    /**
     * Taken apart and the keys transposed, ready for the absorbed form.
     *
     * @param keys attn_k_b (heads · kvLoraRank, qkNopeHeadDim)
     * @param values attn_v_b (heads · vHeadDim, kvLoraRank)
     */
    record Split(WeightMatrix keys, WeightMatrix values) implements LatentUp {}
}
