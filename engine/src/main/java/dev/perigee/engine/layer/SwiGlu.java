package dev.perigee.engine.layer;

import dev.perigee.engine.kernel.ExpertBatch;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.kernel.SwiGluWeights;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * down( silu(gate(x)) · up(x) ).
 *
 * @param batch working memory that all layers share
 */
public record SwiGlu(SwiGluWeights weights, ExpertBatch batch) implements FeedForward {

    @Override
    public void apply(Kernels kernels, FloatMatrix x, FloatMatrix y, int rows) {
        batch.clear();
        batch.begin(weights);
        for (int row = 0; row < rows; row++) {
            batch.add(row, 1f);
        }
        kernels.feedForward(batch, x, y, rows);
    }
}
