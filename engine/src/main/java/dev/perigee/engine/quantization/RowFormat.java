package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/**
 * What weights can be written as: the way back from {@link WeightMatrix#decodeRow}.
 *
 * <p>Source: the GGUF format; Q8_0 and Q4_0 as its reference quantiser makes them, Q4_K by a search of its own.
 */
public enum RowFormat {
    F32(1, Float.BYTES, RowFormat::f32),
    BF16(1, Short.BYTES, RowFormat::bf16),
    Q8_0(GgufFormat.Q8_0, SmallBlockWriter::q80),
    Q4_0(GgufFormat.Q4_0, SmallBlockWriter::q40),
    Q4_K(GgufFormat.Q4_K, Q4KWriter::write);

    private static final int LOW_HALF = 16;
    private static final int ROUNDING = 0x7FFF;
    private static final int QUIET = 1 << 22;

    private final int blockWeights;
    private final int blockBytes;

    @SuppressWarnings("ImmutableEnumChecker") // method references without state
    private final Encoder encoder;

    RowFormat(int blockWeights, int blockBytes, Encoder encoder) {
        this.blockWeights = blockWeights;
        this.blockBytes = blockBytes;
        this.encoder = encoder;
    }

    RowFormat(GgufFormat format, Encoder encoder) {
        this(format.blockWeights(), format.blockBytes(), encoder);
    }

    /** Writes one block of weights, which begin at {@code first}, to byte {@code at}. */
    @FunctionalInterface
    interface Encoder {
        void encode(float[] weights, int first, MemorySegment target, long at);
    }

    /** Whether rows of so many weights are whole blocks. */
    public boolean fits(int columns) {
        return columns % blockWeights == 0;
    }

    /** Bytes of a row of so many weights. */
    public int rowBytes(int columns) {
        return Math.multiplyExact(columns / blockWeights, blockBytes);
    }

    /** Writes a row of so many weights to the front of {@code target}. */
    public void encode(float[] row, int columns, MemorySegment target) {
        long at = 0;
        for (int first = 0; first < columns; first += blockWeights) {
            encoder.encode(row, first, target, at);
            at += blockBytes;
        }
    }

    private static void f32(float[] weights, int first, MemorySegment target, long at) {
        LittleEndian.putBits32(target, at, Float.floatToRawIntBits(weights[first]));
    }

    /** To the nearest bfloat16, ties to even. */
    private static void bf16(float[] weights, int first, MemorySegment target, long at) {
        int bits = Float.floatToRawIntBits(weights[first]);
        int rounded = Float.isNaN(weights[first]) ? bits | QUIET : bits + ROUNDING + (bits >>> LOW_HALF & 1);
        LittleEndian.putBits16(target, at, rounded >>> LOW_HALF);
    }
}
