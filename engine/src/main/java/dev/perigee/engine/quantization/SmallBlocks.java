package dev.perigee.engine.quantization;

import static dev.perigee.engine.quantization.LittleEndian.bits32;
import static dev.perigee.engine.quantization.LittleEndian.half;
import static dev.perigee.engine.quantization.LittleEndian.i8;
import static dev.perigee.engine.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * The GGUF formats with 32 weights a block. Nibbles: the low ones of 16 bytes are weights 0 to 15, the high ones 16 to 31.
 *
 * <p>Source: the GGUF format; values as {@code gguf.quants.dequantize}.
 */
final class SmallBlocks {

    static final int WEIGHTS = 32;

    private static final int HALF = 16;
    private static final int[] NON_LINEAR = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    private static final int[] DOUBLED_E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private SmallBlocks() {}

    /** Weight {@code i} of 32 in this nibble order. */
    static int nibble(MemorySegment block, long at, int i) {
        return i < HALF ? u8(block, at + i) & 15 : u8(block, at + i - HALF) >> 4;
    }

    /** A nibble's place in IQ4's uneven steps. */
    static int nonLinear(int nibble) {
        return NON_LINEAR[nibble];
    }

    static void q80(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = i8(block, at + 2 + i) * scale;
        }
    }

    static void q40(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * (nibble(block, at + 2, i) - 8);
        }
    }

    static void q41(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        float least = half(block, at + 2);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * nibble(block, at + 4, i) + least;
        }
    }

    static void q50(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        int fifthBits = bits32(block, at + 2);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * (fiveBits(block, at + 6, fifthBits, i) - 16);
        }
    }

    static void q51(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        float least = half(block, at + 2);
        int fifthBits = bits32(block, at + 4);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * fiveBits(block, at + 8, fifthBits, i) + least;
        }
    }

    private static int fiveBits(MemorySegment block, long at, int fifthBits, int i) {
        return nibble(block, at, i) | (fifthBits >>> i & 1) << 4;
    }

    static void iq4Nl(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * nonLinear(nibble(block, at + 2, i));
        }
    }

    static void mxfp4(MemorySegment block, long at, float[] target, int first) {
        float scale = halfPowerOfTwo(u8(block, at));
        for (int i = 0; i < WEIGHTS; i++) {
            target[first + i] = scale * DOUBLED_E2M1[nibble(block, at + 1, i)];
        }
    }

    /** 2^(exponent − 128), the two smallest as subnormal numbers. */
    private static float halfPowerOfTwo(int exponent) {
        return Float.intBitsToFloat(exponent < 2 ? 0x0020_0000 << exponent : exponent - 1 << 23);
    }
}
