package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** IEEE half precision, row-major. */
public record F16Weights(MemorySegment data, int rows, int columns) implements WeightMatrix {

    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public F16Weights {
        WeightMatrix.requireBytes(data, rows, (long) columns * Short.BYTES);
    }

    @Override
    public long bytes() {
        return data.byteSize();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long first = (long) row * columns;
        for (int i = 0; i < columns; i++) {
            target[i] = Float.float16ToFloat(data.getAtIndex(HALF, first + i));
        }
    }

    @Override
    public F16Weights slice(int firstRow, int count) {
        return new F16Weights(WeightMatrix.rowsOf(data, (long) columns * Short.BYTES, firstRow, count), count, columns);
    }
}
