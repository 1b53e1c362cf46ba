package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Float32, row-major. */
public record F32Weights(MemorySegment data, int rows, int columns) implements WeightMatrix {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public F32Weights {
        WeightMatrix.requireBytes(data, rows, (long) columns * Float.BYTES);
    }

    @Override
    public long bytes() {
        return data.byteSize();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long first = (long) row * columns;
        for (int i = 0; i < columns; i++) {
            target[i] = data.getAtIndex(FLOAT, first + i);
        }
    }

    @Override
    public F32Weights slice(int firstRow, int count) {
        return new F32Weights(WeightMatrix.rowsOf(data, (long) columns * Float.BYTES, firstRow, count), count, columns);
    }
}
