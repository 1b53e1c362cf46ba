package dev.perigee.engine.attention;

import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import dev.perigee.engine.quantization.WeightMatrix;
import java.util.List;

/**
 * From the hidden state to the latent, and from the latent to each head.
 *
 * @param down kv_a_proj_with_mqa (kvLoraRank + qkRopeHeadDim, hiddenSize)
 * @param norm kv_a_layernorm over the first kvLoraRank
 * @param keys each head's key rows of kv_b_proj transposed (kvLoraRank, qkNopeHeadDim): they take the query into the latent's space
 * @param values each head's value rows of kv_b_proj (vHeadDim, kvLoraRank): they take the attended latent out of it
 */
public record LatentProjection(Linear down, RmsNorm norm, List<WeightMatrix> keys, List<WeightMatrix> values) {

    public LatentProjection {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
    }
}
