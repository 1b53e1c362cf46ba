package dev.perigee.engine.layer;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.tensor.FloatMatrix;

/** What stands behind the second norm of a decoder layer: one SwiGLU, or a mixture of experts. */
public interface FeedForward {

    /** Computes y from x for the first {@code rows} rows; x (rows, hiddenSize) and y the same; they must not overlap. */
    void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows);
}
