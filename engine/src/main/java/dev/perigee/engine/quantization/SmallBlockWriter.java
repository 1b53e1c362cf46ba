package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/** Writes the GGUF formats with 32 weights a block: what {@link SmallBlocks} reads. */
final class SmallBlockWriter {

    private static final int HALF = SmallBlocks.WEIGHTS / 2;
    private static final float LARGEST_BYTE = 127;
    private static final float LEAST_NIBBLE = -8;

    private SmallBlockWriter() {}

    static void q80(float[] weights, int first, MemorySegment target, long at) {
        float scale = Math.abs(extreme(weights, first)) / LARGEST_BYTE;
        float inverse = scale == 0 ? 0 : 1 / scale;
        LittleEndian.putHalf(target, at, scale);
        for (int i = 0; i < SmallBlocks.WEIGHTS; i++) {
            LittleEndian.putByte(target, at + 2 + i, rounded(weights[first + i] * inverse));
        }
    }

    /** To the nearest whole number, ties away from zero. */
    private static int rounded(float value) {
        return (int) (value + Math.copySign(0.5f, value));
    }

    static void q40(float[] weights, int first, MemorySegment target, long at) {
        float scale = extreme(weights, first) / LEAST_NIBBLE;
        float inverse = scale == 0 ? 0 : 1 / scale;
        LittleEndian.putHalf(target, at, scale);
        for (int i = 0; i < HALF; i++) {
            int low = nibble(weights[first + i] * inverse);
            int high = nibble(weights[first + HALF + i] * inverse);
            LittleEndian.putByte(target, at + 2 + i, low | high << 4);
        }
    }

    private static int nibble(float steps) {
        return Math.min(15, (int) (steps + 8.5f));
    }

    /** The weight that is farthest from zero, with its sign. */
    private static float extreme(float[] weights, int first) {
        float extreme = 0;
        for (int i = first; i < first + SmallBlocks.WEIGHTS; i++) {
            extreme = Math.abs(weights[i]) > Math.abs(extreme) ? weights[i] : extreme;
        }
        return extreme;
    }

    /**
     * Writes a group of packed INT4 as a Q4_0 block, nibble for nibble.
     *
     * @return whether the group's bfloat16 scale is one in half precision too; otherwise the nearest one was written
     */
    static boolean packed(PackedInt4Weights source, long group, MemorySegment target, long at) {
        float scale = source.scale(group);
        LittleEndian.putHalf(target, at, scale);
        for (int i = 0; i < HALF; i++) {
            LittleEndian.putByte(target, at + 2 + i, source.nibble(group, i) | source.nibble(group, HALF + i) << 4);
        }
        return Float.float16ToFloat(Float.floatToFloat16(scale)) == scale;
    }
}
