package dev.perigee.engine.attention;

import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import org.jspecify.annotations.Nullable;

/**
 * From the hidden state to all heads' queries, directly or through a compression.
 *
 * @param compression q_a_proj and its norm, or {@code null}
 * @param up q_b_proj, or q_proj where there is no compression
 */
public record QueryProjection(@Nullable Compression compression, Linear up) {

    /** q_a_proj (qLoraRank, hiddenSize) and q_a_layernorm. */
    public record Compression(Linear down, RmsNorm norm) {}
}
