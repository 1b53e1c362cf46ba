package dev.perigee.engine.quantization;

import static dev.perigee.engine.quantization.LittleEndian.half;
import static dev.perigee.engine.quantization.LittleEndian.i8;
import static dev.perigee.engine.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * The K formats of GGUF: 256 weights a block, with small scales inside under one or two large ones.
 *
 * <p>Source: the GGUF format; values as {@code gguf.quants.dequantize}.
 */
final class KBlocks {

    static final int WEIGHTS = 256;

    private static final int GROUP = 32;

    private KBlocks() {}

    /** scales u8[16], quants u8[64], half scale, half scale of the minimums. */
    static void q2k(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at + 80);
        float least = half(block, at + 82);
        for (int sub = 0; sub < 16; sub++) {
            int packed = u8(block, at + sub);
            float step = scale * (packed & 15);
            float minimum = least * (packed >> 4);
            long quants = at + 16 + 32 * (sub / 8) + 16 * (sub % 2);
            int shift = 2 * (sub / 2 % 4);
            for (int i = 0; i < 16; i++) {
                target[first + 16 * sub + i] = step * (u8(block, quants + i) >> shift & 3) - minimum;
            }
        }
    }

    /** high bits u8[32], quants u8[64], scales u8[12], half scale. */
    static void q3k(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at + 108);
        for (int sub = 0; sub < 16; sub++) {
            float step = scale * (sixBits(block, at + 96, sub) - 32);
            long high = at + 16 * (sub % 2);
            long quants = high + 32 + 32 * (sub / 8);
            int shift = 2 * (sub / 2 % 4);
            for (int i = 0; i < 16; i++) {
                int low = u8(block, quants + i) >> shift & 3;
                int absent = (u8(block, high + i) >> sub / 2 & 1) ^ 1;
                target[first + 16 * sub + i] = step * (low - 4 * absent);
            }
        }
    }

    /** Scale {@code sub} of 16 in Q3_K's packing. */
    private static int sixBits(MemorySegment block, long at, int sub) {
        int low = u8(block, at + sub % 8) >> 4 * (sub / 8) & 15;
        int high = u8(block, at + 8 + sub % 4) >> 2 * (sub / 4) & 3;
        return low | high << 4;
    }

    /** half scale, half scale of the minimums, scales u8[12], quants u8[128]. */
    static void q4k(MemorySegment block, long at, float[] target, int first) {
        for (int sub = 0; sub < 8; sub++) {
            float step = half(block, at) * scale(block, at + 4, sub);
            float minimum = half(block, at + 2) * minimum(block, at + 4, sub);
            long quants = at + 16 + GROUP * (sub / 2);
            int shift = 4 * (sub % 2);
            for (int i = 0; i < GROUP; i++) {
                target[first + GROUP * sub + i] = step * (u8(block, quants + i) >> shift & 15) - minimum;
            }
        }
    }

    /** As Q4_K, with fifth bits u8[32] before the quants. */
    static void q5k(MemorySegment block, long at, float[] target, int first) {
        for (int sub = 0; sub < 8; sub++) {
            float step = half(block, at) * scale(block, at + 4, sub);
            float minimum = half(block, at + 2) * minimum(block, at + 4, sub);
            long quants = at + 48 + GROUP * (sub / 2);
            int shift = 4 * (sub % 2);
            for (int i = 0; i < GROUP; i++) {
                int low = u8(block, quants + i) >> shift & 15;
                int fifth = u8(block, at + 16 + i) >> sub & 1;
                target[first + GROUP * sub + i] = step * (low | fifth << 4) - minimum;
            }
        }
    }

    private static int scale(MemorySegment block, long at, int sub) {
        return sub < 4 ? u8(block, at + sub) & 63 : u8(block, at + sub + 4) & 15 | u8(block, at + sub - 4) >> 6 << 4;
    }

    private static int minimum(MemorySegment block, long at, int sub) {
        return sub < 4 ? u8(block, at + sub + 4) & 63 : u8(block, at + sub + 4) >> 4 | u8(block, at + sub) >> 6 << 4;
    }

    /** low nibbles u8[128], high bits u8[64], scales i8[16], half scale. */
    static void q6k(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at + 208);
        for (int sub = 0; sub < 8; sub++) {
            int part = sub % 4;
            long low = at + 64 * (sub / 4) + GROUP * (part % 2);
            long high = at + 128 + GROUP * (sub / 4);
            for (int i = 0; i < GROUP; i++) {
                float step = scale * i8(block, at + 192 + 2 * sub + i / 16);
                int quant = u8(block, low + i) >> 4 * (part / 2) & 15 | (u8(block, high + i) >> 2 * part & 3) << 4;
                target[first + GROUP * sub + i] = step * (quant - 32);
            }
        }
    }

    /** half scale, high scale bits u16, low scale bits u8[4], quants u8[128] in IQ4's uneven steps. */
    static void iq4Xs(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        int highBits = LittleEndian.u16(block, at + 2);
        for (int sub = 0; sub < 8; sub++) {
            int low = u8(block, at + 4 + sub / 2) >> 4 * (sub % 2) & 15;
            float step = scale * ((low | (highBits >> 2 * sub & 3) << 4) - 32);
            for (int i = 0; i < GROUP; i++) {
                int nibble = SmallBlocks.nibble(block, at + 8 + 16L * sub, i);
                target[first + GROUP * sub + i] = step * SmallBlocks.nonLinear(nibble);
            }
        }
    }

    /** Five trits a byte u8[48], four a byte u8[4], half scale. */
    static void tq10(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at + 52);
        trits(block, at, new Trits(32, 5, scale), target, first);
        trits(block, at + 32, new Trits(16, 5, scale), target, first + 160);
        trits(block, at + 48, new Trits(4, 4, scale), target, first + 240);
    }

    /** So many bytes with so many trits each: first the leading trit of every byte, then the next of every byte. */
    private record Trits(int bytes, int each, float scale) {}

    private static void trits(MemorySegment block, long at, Trits layout, float[] target, int first) {
        int power = 1;
        int place = first;
        for (int n = 0; n < layout.each(); n++) {
            for (int i = 0; i < layout.bytes(); i++) {
                int shifted = u8(block, at + i) * power & 0xFF;
                target[place++] = layout.scale() * ((shifted * 3 >> 8) - 1);
            }
            power *= 3;
        }
    }

    /** Four trits a byte u8[64], half scale. */
    static void tq20(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at + 64);
        for (int sub = 0; sub < 8; sub++) {
            long quants = at + GROUP * (sub / 4);
            int shift = 2 * (sub % 4);
            for (int i = 0; i < GROUP; i++) {
                target[first + GROUP * sub + i] = scale * ((u8(block, quants + i) >> shift & 3) - 1);
            }
        }
    }
}
