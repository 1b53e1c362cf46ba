package dev.perigee.engine.attention;

import dev.perigee.engine.kernel.LatentHeads;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;

/**
 * From the hidden state to the latent, and from the latent to each head.
 *
 * @param down kv_a_proj_with_mqa (kvLoraRank + qkRopeHeadDim, hiddenSize)
 * @param norm kv_a_layernorm over the first kvLoraRank
 * @param heads kv_b_proj
 */
public record LatentProjection(Linear down, RmsNorm norm, LatentHeads heads) {}
