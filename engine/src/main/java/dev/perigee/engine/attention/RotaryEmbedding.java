package dev.perigee.engine.attention;

import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;

/**
 * Rotates pairs of neighbours (2i, 2i + 1) by position · inverseFrequency(i): the interleaved layout that the weights are in.
 *
 * <p>Angles are float32 products of float32 factors, as the published code computes them; their cosines and sines are exact to
 * float32.
 */
public final class RotaryEmbedding {

    private final float[] inverseFrequencies;
    private final double magnitude;
    private final FloatMatrix cosines; // (maxStepTokens, pairs)
    private final FloatMatrix sines; // (maxStepTokens, pairs)

    /** Tables for steps of at most {@code maxStepTokens}. */
    public RotaryEmbedding(YarnScaling scaling, ScratchBuffers buffers, int maxStepTokens) {
        this.inverseFrequencies = new float[scaling.pairs()];
        for (int i = 0; i < inverseFrequencies.length; i++) {
            inverseFrequencies[i] = (float) scaling.inverseFrequency(i);
        }
        this.magnitude = scaling.magnitude();
        this.cosines = buffers.floats(maxStepTokens, inverseFrequencies.length);
        this.sines = buffers.floats(maxStepTokens, inverseFrequencies.length);
    }

    /** Says where the token of this row stands, for all layers of the step. */
    public void place(int row, int position) {
        for (int i = 0; i < inverseFrequencies.length; i++) {
            double angle = position * inverseFrequencies[i];
            cosines.set(row, i, (float) (Math.cos(angle) * magnitude));
            sines.set(row, i, (float) (Math.sin(angle) * magnitude));
        }
    }

    /** Rotates 2 · pairs elements of a row in place, from {@code column} on. */
    public void rotate(FloatMatrix x, int row, int column) {
        for (int i = 0; i < inverseFrequencies.length; i++) {
            float even = x.get(row, column + 2 * i);
            float odd = x.get(row, column + 2 * i + 1);
            float cosine = cosines.get(row, i);
            float sine = sines.get(row, i);
            x.set(row, column + 2 * i, even * cosine - odd * sine);
            x.set(row, column + 2 * i + 1, even * sine + odd * cosine);
        }
    }
}
