package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the float32 rows of matrices that were decoded once, up to a bound; matrices beyond it are decoded on every use.
 *
 * <p>Threads: {@link #prepare} by the caller alone; rows may then be read by all.
 */
final class DecodedRows {

    private final long maxBytes;
    private final Map<WeightMatrix, float[][]> kept = new IdentityHashMap<>();
    private long bytes;

    DecodedRows(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** All rows of the matrix, or {@code null} where they would pass the bound. */
    float @Nullable [][] prepare(WeightMatrix weight) {
        float[][] rows = kept.get(weight);
        if (rows != null) {
            return rows;
        }
        long size = (long) weight.rows() * weight.columns() * Float.BYTES;
        if (size > maxBytes - bytes) {
            return null;
        }
        rows = new float[weight.rows()][weight.columns()];
        for (int i = 0; i < rows.length; i++) {
            weight.decodeRow(i, rows[i]);
        }
        kept.put(weight, rows);
        bytes += size;
        return rows;
    }
}
