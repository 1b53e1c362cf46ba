package dev.perigee.engine.model;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;

/** The residual stream of a step and what is computed beside it, each (maxStepTokens, hiddenSize). */
final class HiddenStates {

    private final Kernels kernels;
    private final FloatMatrix residual;
    private final FloatMatrix normed;
    private final FloatMatrix update;
    private final Kernels.RowLoop addUpdate = this::addUpdate;

    HiddenStates(Kernels kernels, ScratchBuffers buffers, int maxStepTokens, int hiddenSize) {
        this.kernels = kernels;
        this.residual = buffers.floats(maxStepTokens, hiddenSize);
        this.normed = buffers.floats(maxStepTokens, hiddenSize);
        this.update = buffers.floats(maxStepTokens, hiddenSize);
    }

    /** The stream. */
    FloatMatrix residual() {
        return residual;
    }

    /** What a part reads. */
    FloatMatrix normed() {
        return normed;
    }

    /** What a part adds. */
    FloatMatrix update() {
        return update;
    }

    /** Takes a row of the stream, and what a part reads of it, to another place. */
    void move(int from, int to) {
        residual.copyRowFrom(residual, from, to);
        normed.copyRowFrom(normed, from, to);
    }

    /** residual += update. */
    void addUpdate(int rows) {
        kernels.forRows(rows, addUpdate);
    }

    private void addUpdate(int first, int end) {
        for (int row = first; row < end; row++) {
            kernels.addScaled(update, row, 1f, residual, row);
        }
    }
}
