package dev.perigee.engine.model;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * Looks tokens up.
 *
 * <p>Threads: any, each for rows of its own.
 */
final class TokenEmbedding {

    private final WeightMatrix weight; // (vocabSize, hiddenSize)
    private final ThreadLocal<float[]> rows;

    TokenEmbedding(WeightMatrix weight) {
        this.weight = weight;
        this.rows = ThreadLocal.withInitial(() -> new float[weight.columns()]);
    }

    void lookUp(int tokenId, FloatMatrix target, int targetRow) {
        float[] row = rows.get();
        weight.decodeRow(tokenId, row);
        target.setRow(targetRow, 0, row, row.length);
    }
}
