package dev.perigee.engine.layer;

import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * A projection without bias.
 *
 * @param weight (outputs, inputs)
 */
public record Linear(WeightMatrix weight) {

    /** y = x · weightᵀ for the first {@code rows} rows. */
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        kernels.multiply(weight, x, y, rows);
    }
}
