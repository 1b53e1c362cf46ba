package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single numbers in stored weights, wherever they lie. */
final class LittleEndian {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int i8(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_BYTE, at);
    }

    static int u8(MemorySegment data, long at) {
        return data.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    static int u16(MemorySegment data, long at) {
        return data.get(SHORT, at) & 0xFFFF;
    }

    /** Four bytes; shift them without their sign. */
    static int bits32(MemorySegment data, long at) {
        return data.get(INT, at);
    }

    static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    static void putByte(MemorySegment target, long at, int value) {
        target.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** The low 16 bits. */
    static void putBits16(MemorySegment target, long at, int bits) {
        target.set(SHORT, at, (short) bits);
    }

    static void putBits32(MemorySegment target, long at, int bits) {
        target.set(INT, at, bits);
    }

    /** The nearest half-precision number. */
    static void putHalf(MemorySegment target, long at, float value) {
        target.set(SHORT, at, Float.floatToFloat16(value));
    }
}
