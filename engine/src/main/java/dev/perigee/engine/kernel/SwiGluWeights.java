package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;

/**
 * The three projections of down( silu(gate(x)) · up(x) ).
 *
 * @param gate (width, hiddenSize)
 * @param up (width, hiddenSize)
 * @param down (hiddenSize, width)
 */
public record SwiGluWeights(WeightMatrix gate, WeightMatrix up, WeightMatrix down) {

    /** Columns between the projections. */
    public int width() {
        return gate.rows();
    }
}
