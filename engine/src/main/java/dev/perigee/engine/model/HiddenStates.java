package dev.perigee.engine.model;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;

/**
 * The residual stream of a step and what is computed beside it, each (maxStepTokens, hiddenSize).
 *
 * @param residual the stream
 * @param normed what a part reads
 * @param update what a part adds
 */
record HiddenStates(FloatMatrix residual, FloatMatrix normed, FloatMatrix update) {

    static HiddenStates of(ScratchBuffers buffers, int maxStepTokens, int hiddenSize) {
        return new HiddenStates(
                buffers.floats(maxStepTokens, hiddenSize),
                buffers.floats(maxStepTokens, hiddenSize),
                buffers.floats(maxStepTokens, hiddenSize));
    }

    void addUpdate(Kernels kernels, int rows) {
        for (int row = 0; row < rows; row++) {
            kernels.addScaled(update, row, 1f, residual, row);
        }
    }
}
