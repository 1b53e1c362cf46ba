package dev.perigee.engine.layer;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * Root-mean-square norm.
 *
 * @param weight (1, width)
 * @param epsilon added to the mean square
 */
public record RmsNorm(FloatMatrix weight, float epsilon) {

    /** Norms the first {@code rows} rows of x into y, which may be x. */
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        kernels.rmsNorm(x, weight, epsilon, y, rows);
    }
}
