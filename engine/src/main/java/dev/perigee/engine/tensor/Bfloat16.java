package dev.perigee.engine.tensor;

/** The upper half of a float32. */
public final class Bfloat16 {

    private static final int HALF_OF_THE_LAST = 0x7fff;
    private static final int QUIET = 0x40;

    private Bfloat16() {}

    /** The nearest one, ties to even; a NaN stays one. */
    public static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | QUIET);
        }
        return (short) (bits + HALF_OF_THE_LAST + (bits >>> Short.SIZE & 1) >>> Short.SIZE);
    }

    /** Its value. */
    public static float value(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }
}
