package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory of one thread for a few decoded rows; it only grows. */
final class RowTile {

    /** As many rows as the widest product reads at once. */
    static final int ROWS = 8;

    private static final long ALIGNMENT = 64;

    private float[] row = new float[0];
    private MemorySegment rows = MemorySegment.NULL;

    /** These rows as float32, one behind the other, at the front of the memory. */
    MemorySegment decode(WeightMatrix weight, int first, int count) {
        int columns = weight.columns();
        if (row.length < columns) {
            row = new float[columns];
            rows = Arena.ofAuto().allocate((long) ROWS * columns * Float.BYTES, ALIGNMENT);
        }
        for (int i = 0; i < count; i++) {
            weight.decodeRow(first + i, row);
            MemorySegment.copy(row, 0, rows, ValueLayout.JAVA_FLOAT, (long) i * columns * Float.BYTES, columns);
        }
        return rows;
    }
}
