package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * FP8 e4m3 in tiles of 128 × 128 with one float32 scale a tile; the last tile of a row or column may be smaller.
 *
 * <p>Shapes: {@code data} (rows, columns), one byte an element; {@code scales} (⌈all rows / 128⌉, ⌈columns / 128⌉) float32 of the
 * matrix whose row {@code firstRow} is row 0 here. An element is its e4m3 value · scale (the files call it {@code scale_inv}).
 *
 * <p>Source: Kimi-K2-Instruct and DeepSeek-V3 checkpoints; "FP8 Formats for Deep Learning" (arXiv 2209.05433), section 3: no
 * infinities, one NaN a sign.
 */
public record Fp8Weights(MemorySegment data, MemorySegment scales, int rows, int columns, int firstRow)
        implements WeightMatrix {

    /** Rows and columns that share a scale. */
    public static final int TILE = 128;

    private static final int SIGN = 0x80;
    private static final int NOT_A_NUMBER = 0x7f;
    private static final int MANTISSA_BITS = 3;
    private static final int MANTISSA = (1 << MANTISSA_BITS) - 1;
    private static final int BIAS = 7;
    private static final float[] VALUES = values();
    private static final ValueLayout.OfFloat SCALE =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Fp8Weights {
        WeightMatrix.requireBytes(data, rows, columns);
        if (firstRow < 0) {
            throw new IllegalArgumentException("firstRow is " + firstRow + ", it must be at least 0");
        }
        long scaleRows = scales.byteSize() / ((long) tiles(columns) * Float.BYTES);
        if (scaleRows < tiles(Math.addExact(firstRow, rows))) {
            throw new IllegalArgumentException(
                    "scales has " + scaleRows + " rows of tiles, the matrix takes " + tiles(firstRow + rows));
        }
    }

    /** How many tiles cover so many rows or columns. */
    public static int tiles(int extent) {
        return Math.ceilDiv(extent, TILE);
    }

    private static float[] values() {
        float[] values = new float[1 << Byte.SIZE];
        for (int bits = 0; bits < values.length; bits++) {
            values[bits] = value(bits);
        }
        return values;
    }

    private static float value(int bits) {
        int magnitude = bits & ~SIGN;
        if (magnitude == NOT_A_NUMBER) {
            return Float.NaN;
        }
        int exponent = magnitude >>> MANTISSA_BITS;
        int fraction = magnitude & MANTISSA;
        float value = exponent == 0
                ? Math.scalb((float) fraction, 1 - BIAS - MANTISSA_BITS)
                : Math.scalb((float) (fraction + MANTISSA + 1), exponent - BIAS - MANTISSA_BITS);
        return (bits & SIGN) == 0 ? value : -value;
    }

    @Override
    public long bytes() {
        return data.byteSize() + (long) tiles(rows) * tiles(columns) * Float.BYTES;
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long first = (long) row * columns;
        long firstScale = (long) ((firstRow + row) / TILE) * tiles(columns);
        for (int start = 0; start < columns; start += TILE) {
            float scale = scales.getAtIndex(SCALE, firstScale + start / TILE);
            int end = Math.min(columns, start + TILE);
            for (int i = start; i < end; i++) {
                target[i] = VALUES[data.get(ValueLayout.JAVA_BYTE, first + i) & 0xff] * scale;
            }
        }
    }

    @Override
    public Fp8Weights slice(int first, int count) {
        return new Fp8Weights(
                WeightMatrix.rowsOf(data, columns, first, count), scales, count, columns, firstRow + first);
    }
}
