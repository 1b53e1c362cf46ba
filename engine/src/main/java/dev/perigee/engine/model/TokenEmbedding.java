package dev.perigee.engine.model;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;

/** Looks tokens up. */
final class TokenEmbedding {

    private final WeightMatrix weight; // (vocabSize, hiddenSize)
    private final float[] row;

    TokenEmbedding(WeightMatrix weight) {
        this.weight = weight;
        this.row = new float[weight.columns()];
    }

    void lookUp(int tokenId, FloatMatrix target, int targetRow) {
        weight.decodeRow(tokenId, row);
        target.setRow(targetRow, 0, row, row.length);
    }
}
