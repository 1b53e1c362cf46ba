package dev.perigee.engine.model;

import dev.perigee.engine.attention.MultiHeadLatentAttention;
import dev.perigee.engine.attention.StepLayout;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.layer.RmsNorm;

/** x += attention(norm(x)); x += feedForward(norm(x)). */
record DecoderLayer(
        RmsNorm inputNorm, MultiHeadLatentAttention attention, RmsNorm postAttentionNorm, FeedForward feedForward) {

    void apply(Kernels kernels, HiddenStates states, StepLayout step) {
        int rows = step.rows();
        inputNorm.apply(kernels, states.residual(), states.normed(), rows);
        attention.apply(kernels, states.normed(), states.update(), step);
        states.addUpdate(rows);
        postAttentionNorm.apply(kernels, states.residual(), states.normed(), rows);
        feedForward.apply(kernels, states.normed(), states.update(), rows);
        states.addUpdate(rows);
    }
}
