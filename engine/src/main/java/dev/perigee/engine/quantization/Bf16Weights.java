package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Bfloat16, row-major: the upper half of a float32. */
public record Bf16Weights(MemorySegment data, int rows, int columns) implements WeightMatrix {

    private static final ValueLayout.OfShort BITS = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Bf16Weights {
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
            target[i] = Float.intBitsToFloat(data.getAtIndex(BITS, first + i) << 16);
        }
    }

    @Override
    public Bf16Weights slice(int firstRow, int count) {
        return new Bf16Weights(
                WeightMatrix.rowsOf(data, (long) columns * Short.BYTES, firstRow, count), count, columns);
    }
}
