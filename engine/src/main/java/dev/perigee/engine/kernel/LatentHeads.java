package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.List;

/**
 * What each head makes of a latent.
 *
 * @param keys each head's key rows of kv_b_proj transposed (kvLoraRank, qkNopeHeadDim): they take the query into the latent's space
 * @param values each head's value rows of kv_b_proj (vHeadDim, kvLoraRank): they take the attended latent out of it
 */
public record LatentHeads(List<WeightMatrix> keys, List<WeightMatrix> values) {

    /** No heads. */
    static final LatentHeads NONE = new LatentHeads(List.of(), List.of());

    public LatentHeads {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
        if (keys.size() != values.size()) {
            throw new IllegalArgumentException(keys.size() + " heads have keys, " + values.size() + " have values");
        }
    }

    /** qkNopeHeadDim. */
    int keyWidth() {
        return keys.getFirst().columns();
    }

    /** vHeadDim. */
    int valueWidth() {
        return values.getFirst().rows();
    }

    /** kvLoraRank. */
    int latentWidth() {
        return keys.getFirst().rows();
    }

    /** Elements of a position's value and key, the rotated part of it included. */
    int width(LatentLayer layer) {
        return valueWidth() + queryWidth(layer);
    }

    /** Elements of a head's query. */
    int queryWidth(LatentLayer layer) {
        return keyWidth() + layer.geometry().tokenWidth() - layer.geometry().valueWidth();
    }

    /** Rows of both weights of a head, as they are stored. */
    int storedRows() {
        return valueWidth() + latentWidth();
    }

    /**
     * Decodes stored rows {@code first} to {@code end} of a head, those of the values before those of the keys.
     *
     * @param room holds the longer of both
     * @param target (valueWidth + keyWidth, kvLoraRank): what makes values, then keys, of a latent
     */
    void decode(int head, int first, int end, float[] room, FloatMatrix target) {
        int width = valueWidth();
        for (int row = first; row < Math.min(end, width); row++) {
            values.get(head).decodeRow(row, room);
            target.setRow(row, 0, room, latentWidth());
        }
        for (int row = Math.max(first, width); row < end; row++) {
            keys.get(head).decodeRow(row - width, room);
            for (int i = 0; i < keyWidth(); i++) {
                target.set(width + i, row - width, room[i]);
            }
        }
    }
}
