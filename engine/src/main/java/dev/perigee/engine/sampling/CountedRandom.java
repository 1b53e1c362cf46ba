package dev.perigee.engine.sampling;

/**
 * Random numbers by their place: the n-th number of a seed is always the same, whatever else is drawn.
 *
 * <p>Source: SplitMix64 (Steele, Lea, Flood 2014), its counter given from outside.
 */
final class CountedRandom {

    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final int MANTISSA_BITS = 53;
    private static final double UNIT = 0x1.0p-53;

    private CountedRandom() {}

    /** The number at this place, at least 0, below 1. */
    static double uniform(long seed, long place) {
        return (mix(mix(seed) + STEP * (place + 1)) >>> (Long.SIZE - MANTISSA_BITS)) * UNIT;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
