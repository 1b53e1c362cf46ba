package dev.perigee.engine.model;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * The final norm and lm_head.
 *
 * @param projection lm_head (vocabSize, hiddenSize)
 */
record LanguageModelHead(RmsNorm norm, Linear projection) {

    /** Writes the logits of the first {@code rows} rows of the stream. */
    void apply(Kernels kernels, HiddenStates states, FloatMatrix logits, int rows) {
        norm.apply(kernels, states.residual(), states.normed(), rows);
        projection.apply(kernels, states.normed(), logits, rows);
    }
}
