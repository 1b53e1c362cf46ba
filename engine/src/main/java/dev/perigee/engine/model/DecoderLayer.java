package dev.perigee.engine.model;

import dev.perigee.engine.attention.MultiHeadLatentAttention;
import dev.perigee.engine.attention.StepLayout;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.layer.RmsNorm;

/** x += attention(norm(x)); x += feedForward(norm(x)). */
record DecoderLayer(
        RmsNorm inputNorm, MultiHeadLatentAttention attention, RmsNorm postAttentionNorm, FeedForward feedForward) {

    /** The first half of a layer: puts into the cache what later rows see of these. */
    void cache(Kernels kernels, HiddenStates states, StepLayout step) {
        inputNorm.apply(kernels, states.residual(), states.normed(), step.rows());
        attention.cacheLatents(kernels, states.normed(), step);
    }

    /** The second half, for rows that went through the first. */
    void apply(Kernels kernels, HiddenStates states, StepLayout step) {
        int rows = step.rows();
        attention.apply(kernels, states.normed(), states.update(), step);
        states.addUpdate(rows);
        postAttentionNorm.apply(kernels, states.residual(), states.normed(), rows);
        feedForward.apply(kernels, states.normed(), states.update(), rows);
        states.addUpdate(rows);
    }
}
