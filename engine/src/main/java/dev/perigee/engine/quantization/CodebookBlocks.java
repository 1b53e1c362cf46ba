package dev.perigee.engine.quantization;

import static dev.perigee.engine.quantization.LittleEndian.bits32;
import static dev.perigee.engine.quantization.LittleEndian.half;
import static dev.perigee.engine.quantization.LittleEndian.u16;
import static dev.perigee.engine.quantization.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/**
 * The IQ1, IQ2 and IQ3 formats of GGUF: 256 weights a block, in groups of 32; eight weights at a time are looked up in a codebook.
 *
 * <p>Indices are masked to the size of their codebook, so any bytes decode.
 *
 * <p>Source: the GGUF format; values as {@code gguf.quants.dequantize}.
 */
final class CodebookBlocks {

    private static final int GROUPS = 8;
    private static final int GROUP = 32;
    private static final int RUN = 8;
    private static final float DELTA = 0.125f;

    private static final Codebook IQ1S = Codebook.load("iq1s", 2048, 8);
    private static final Codebook IQ2XXS = Codebook.load("iq2xxs", 256, 8);
    private static final Codebook IQ2XS = Codebook.load("iq2xs", 512, 8);
    private static final Codebook IQ2S = Codebook.load("iq2s", 1024, 8);
    private static final Codebook IQ3XXS = Codebook.load("iq3xxs", 256, 4);
    private static final Codebook IQ3S = Codebook.load("iq3s", 512, 4);

    private CodebookBlocks() {}

    /** half scale; for each group four indices u8 and a word of signs and scale. */
    static void iq2Xxs(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int group = 0; group < GROUPS; group++) {
            long indices = at + 2 + 8L * group;
            int word = bits32(block, indices + 4);
            float step = scale * (0.5f + (word >>> 28)) * 0.25f;
            for (int run = 0; run < 4; run++) {
                int signs = evenSigns(word >>> 7 * run & 127);
                int entry = u8(block, indices + run);
                signed(IQ2XXS, entry, new Run(step, signs), target, first + GROUP * group + RUN * run);
            }
        }
    }

    /** half scale, indices and signs u16[32], scales u8[8]. */
    static void iq2Xs(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int run = 0; run < 32; run++) {
            int word = u16(block, at + 2 + 2L * run);
            float step = scale * (0.5f + nibbleOfRun(block, at + 66, run)) * 0.25f;
            signed(IQ2XS, word & 511, new Run(step, evenSigns(word >> 9)), target, first + RUN * run);
        }
    }

    /** half scale, indices u8[32], signs u8[32], high index bits u8[8], scales u8[8]. */
    static void iq2S(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int run = 0; run < 32; run++) {
            int high = u8(block, at + 66 + run / 4) >> 2 * (run % 4) & 3;
            int entry = u8(block, at + 2 + run) | high << 8;
            float step = scale * (0.5f + nibbleOfRun(block, at + 74, run)) * 0.25f;
            signed(IQ2S, entry, new Run(step, u8(block, at + 34 + run)), target, first + RUN * run);
        }
    }

    /** Four bits for every two runs. */
    private static int nibbleOfRun(MemorySegment block, long at, int run) {
        return u8(block, at + run / 4) >> 4 * (run / 2 % 2) & 15;
    }

    /** half scale, indices u8[64], for each group a word of signs and scale. */
    static void iq3Xxs(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int run = 0; run < 32; run++) {
            int word = bits32(block, at + 66 + 4L * (run / 4));
            float step = scale * (0.5f + (word >>> 28)) * 0.5f;
            int signs = evenSigns(word >>> 7 * (run % 4) & 127);
            long indices = at + 2 + 2L * run;
            int place = first + RUN * run;
            signedHalf(IQ3XXS, u8(block, indices), new Run(step, signs), target, place);
            signedHalf(IQ3XXS, u8(block, indices + 1), new Run(step, signs >> 4), target, place + 4);
        }
    }

    /** half scale, indices u8[64], high index bits u8[8], signs u8[32], scales u8[4]. */
    static void iq3S(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int run = 0; run < 32; run++) {
            int group = run / 4;
            float step = scale * (1 + 2 * (u8(block, at + 106 + group / 2) >> 4 * (group % 2) & 15));
            int signs = u8(block, at + 74 + run);
            int high = u8(block, at + 66 + group) >> 2 * (run % 4);
            long indices = at + 2 + 2L * run;
            int place = first + RUN * run;
            signedHalf(IQ3S, u8(block, indices) | (high & 1) << 8, new Run(step, signs), target, place);
            signedHalf(
                    IQ3S, u8(block, indices + 1) | (high >> 1 & 1) << 8, new Run(step, signs >> 4), target, place + 4);
        }
    }

    /** half scale, indices u8[32], for each group high index bits, scale and shift u16. */
    static void iq1S(MemorySegment block, long at, float[] target, int first) {
        float scale = half(block, at);
        for (int run = 0; run < 32; run++) {
            int word = u16(block, at + 34 + 2L * (run / 4));
            float step = scale * (2 * (word >> 12 & 7) + 1);
            int entry = u8(block, at + 2 + run) | (word >> 3 * (run % 4) & 7) << 8;
            shifted(entry, step, (word & 0x8000) == 0 ? DELTA : -DELTA, target, first + RUN * run);
        }
    }

    /** indices u8[32], high index bits and shifts u8[16], scales u16[4] with the block's scale in their top nibbles. */
    static void iq1M(MemorySegment block, long at, float[] target, int first) {
        float scale = scattered(block, at + 48);
        for (int run = 0; run < 32; run++) {
            int word = u16(block, at + 48 + 2L * (run / 8));
            float step = scale * (2 * (word >> 3 * (run / 2 % 4) & 7) + 1);
            int nibble = u8(block, at + 32 + run / 2) >> 4 * (run % 2);
            int entry = u8(block, at + run) | (nibble & 7) << 8;
            shifted(entry, step, (nibble & 8) == 0 ? DELTA : -DELTA, target, first + RUN * run);
        }
    }

    private static float scattered(MemorySegment block, long at) {
        int bits = u16(block, at) >> 12
                | u16(block, at + 2) >> 8 & 0xF0
                | u16(block, at + 4) >> 4 & 0xF00
                | u16(block, at + 6) & 0xF000;
        return Float.float16ToFloat((short) bits);
    }

    /** Seven signs, and the eighth that makes their number even. */
    private static int evenSigns(int seven) {
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }

    /** What eight weights share: the scale, and a bit for each that is negative. */
    private record Run(float step, int signs) {

        float apply(int value, int i) {
            return step * value * ((signs >> i & 1) == 0 ? 1f : -1f);
        }
    }

    private static void signed(Codebook book, int entry, Run run, float[] target, int first) {
        for (int i = 0; i < RUN; i++) {
            target[first + i] = run.apply(book.at(entry, i), i);
        }
    }

    private static void signedHalf(Codebook book, int entry, Run run, float[] target, int first) {
        for (int i = 0; i < RUN / 2; i++) {
            target[first + i] = run.apply(book.at(entry, i), i);
        }
    }

    private static void shifted(int entry, float step, float shift, float[] target, int first) {
        for (int i = 0; i < RUN; i++) {
            target[first + i] = step * (IQ1S.at(entry, i) + shift);
        }
    }
}
