package dev.perigee.engine.attention;

import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import java.util.List;

/**
 * From the hidden state to the latent, and from the latent to each head.
 *
 * @param down kv_a_proj_with_mqa (kvLoraRank + qkRopeHeadDim, hiddenSize)
 * @param norm kv_a_layernorm over the first kvLoraRank
 * @param heads each head's rows of kv_b_proj
 */
public record LatentProjection(Linear down, RmsNorm norm, List<Head> heads) {

    public LatentProjection {
        heads = List.copyOf(heads);
    }

    /**
     * One head.
     *
     * @param key its key rows transposed (kvLoraRank, qkNopeHeadDim): takes the query into the latent's space
     * @param value its value rows (vHeadDim, kvLoraRank): takes the attended latent out of it
     */
    public record Head(Linear key, Linear value) {}
}
