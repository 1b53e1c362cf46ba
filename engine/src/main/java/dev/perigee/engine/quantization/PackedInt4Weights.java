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

    /** The scale of a group, counted over all rows. */
    float scale(long group) {
        return Float.intBitsToFloat(scales.getAtIndex(SCALE, group) << 16);
    }

    /** Element {@code i} of a group as it is stored, 0 to 15. */
    int nibble(long group, int i) {
        int word = packed.getAtIndex(WORD, group * (GROUP / WORD_ELEMENTS) + i / WORD_ELEMENTS);
        return word >>> (4 * (i % WORD_ELEMENTS)) & 15;
    }

    /**
     * Writes a row as GGUF's Q4_0, nibble for nibble.
     *
     * @return how many of its scales half precision does not hold; for those the nearest one was written
     */
    public int copyAsQ40(int row, MemorySegment target) {
        int groups = columns / GROUP;
        int misfits = 0;
        for (int i = 0; i < groups; i++) {
            long group = (long) row * groups + i;
            misfits += SmallBlockWriter.packed(this, group, target, (long) i * GgufFormat.Q4_0.blockBytes()) ? 0 : 1;
        }
        return misfits;
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
