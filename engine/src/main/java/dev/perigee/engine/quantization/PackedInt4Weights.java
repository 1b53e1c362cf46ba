package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Symmetric INT4 in groups of 32 with one bfloat16 scale a group.
 *
 * <p>Shapes: {@code packed} (rows, columns / 8) int32, element i of a row in word i / 8 at bit 4 · (i mod 8); {@code scales} (rows,
 * columns / 32) bf16. An element is (nibble − 8) · scale.
 *
 * <p>Source: compressed-tensors {@code pack-quantized}, as in Kimi-K2-Thinking and K2.5.
 */
public record PackedInt4Weights(MemorySegment packed, MemorySegment scales, int rows, int columns)
        implements WeightMatrix {

    /** Elements that share a scale. */
    public static final int GROUP = 32;

    private static final int WORD_ELEMENTS = 8;
    private static final int ZERO = 8;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SCALE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public PackedInt4Weights {
        if (columns % GROUP != 0) {
            throw new IllegalArgumentException("columns is " + columns + ", it must be a multiple of " + GROUP);
        }
        WeightMatrix.requireBytes(packed, rows, packedRowBytes(columns));
        WeightMatrix.requireBytes(scales, rows, scaleRowBytes(columns));
    }

    private static long packedRowBytes(int columns) {
        return columns / 2;
    }

    private static long scaleRowBytes(int columns) {
        return (long) columns / GROUP * Short.BYTES;
    }

    @Override
    public long bytes() {
        return packed.byteSize() + scales.byteSize();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long firstWord = (long) row * (columns / WORD_ELEMENTS);
        long firstScale = (long) row * (columns / GROUP);
        for (int i = 0; i < columns; i += WORD_ELEMENTS) {
            int word = packed.getAtIndex(WORD, firstWord + i / WORD_ELEMENTS);
            float scale = Float.intBitsToFloat(scales.getAtIndex(SCALE, firstScale + i / GROUP) << 16);
            for (int j = 0; j < WORD_ELEMENTS; j++) {
                target[i + j] = ((word >>> (4 * j) & 15) - ZERO) * scale;
            }
        }
    }

    @Override
    public PackedInt4Weights slice(int firstRow, int count) {
        return new PackedInt4Weights(
                WeightMatrix.rowsOf(packed, packedRowBytes(columns), firstRow, count),
                WeightMatrix.rowsOf(scales, scaleRowBytes(columns), firstRow, count),
                count,
                columns);
    }
}
