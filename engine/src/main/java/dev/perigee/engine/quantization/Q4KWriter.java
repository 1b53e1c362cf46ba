package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/**
 * Writes Q4_K: eight groups of 32 weights, each w = scale · q − minimum with q from 0 to 15, scales and minimums in 6 bits under one
 * half-precision factor each.
 *
 * <p>For each group the best of some step widths is searched: the weights are rounded to steps, then scale and minimum fitted to them by
 * least squares.
 */
final class Q4KWriter {

    private static final int GROUPS = 8;
    private static final int GROUP = 32;
    private static final int MOST_STEPS = 15;
    private static final int MOST_SIX_BITS = 63;
    private static final int TRIES = 20;
    private static final float FIRST_STEPS = 14;
    private static final float STEPS_APART = 0.1f;

    /** How a group is written; the minimum is taken off, so that it is never negative. */
    private record Fit(float scale, float minimum, double error) {}

    private final float[] weights;
    private final int first;
    private final MemorySegment target;
    private final long at;
    private final int[] scales = new int[GROUPS];
    private final int[] minimums = new int[GROUPS];

    private Q4KWriter(float[] weights, int first, MemorySegment target, long at) {
        this.weights = weights;
        this.first = first;
        this.target = target;
        this.at = at;
    }

    static void write(float[] weights, int first, MemorySegment target, long at) {
        Q4KWriter writer = new Q4KWriter(weights, first, target, at);
        writer.putFactors();
        writer.putSixBits();
        for (int group = 0; group < GROUPS; group += 2) {
            writer.putQuants(group);
        }
    }

    private void putFactors() {
        Fit[] fits = new Fit[GROUPS];
        float largestScale = 0;
        float largestMinimum = 0;
        for (int group = 0; group < GROUPS; group++) {
            fits[group] = fit(weights, first + GROUP * group);
            largestScale = Math.max(largestScale, fits[group].scale());
            largestMinimum = Math.max(largestMinimum, fits[group].minimum());
        }
        LittleEndian.putHalf(target, at, largestScale / MOST_SIX_BITS);
        LittleEndian.putHalf(target, at + 2, largestMinimum / MOST_SIX_BITS);
        for (int group = 0; group < GROUPS; group++) {
            scales[group] = sixBits(fits[group].scale(), LittleEndian.half(target, at));
            minimums[group] = sixBits(fits[group].minimum(), LittleEndian.half(target, at + 2));
        }
    }

    private static int sixBits(float value, float factor) {
        return factor == 0 ? 0 : Math.clamp(Math.round(value / factor), 0, MOST_SIX_BITS);
    }

    private void putSixBits() {
        for (int i = 0; i < GROUPS / 2; i++) {
            LittleEndian.putByte(target, at + 4 + i, scales[i] | scales[i + 4] >> 4 << 6);
            LittleEndian.putByte(target, at + 8 + i, minimums[i] | minimums[i + 4] >> 4 << 6);
            LittleEndian.putByte(target, at + 12 + i, scales[i + 4] & 15 | (minimums[i + 4] & 15) << 4);
        }
    }

    /** Two groups share their bytes. */
    private void putQuants(int group) {
        for (int i = 0; i < GROUP; i++) {
            int quants = quant(group, i) | quant(group + 1, i) << 4;
            LittleEndian.putByte(target, at + 16 + GROUP * (group / 2) + i, quants);
        }
    }

    private int quant(int group, int i) {
        float step = LittleEndian.half(target, at) * scales[group];
        float minimum = LittleEndian.half(target, at + 2) * minimums[group];
        float weight = weights[first + GROUP * group + i];
        return step == 0 ? 0 : Math.clamp(Math.round((weight + minimum) / step), 0, MOST_STEPS);
    }

    private static Fit fit(float[] weights, int first) {
        float least = 0;
        float most = 0;
        for (int i = first; i < first + GROUP; i++) {
            least = Math.min(least, weights[i]);
            most = Math.max(most, weights[i]);
        }
        if (most == least) {
            return new Fit(0, 0, 0);
        }
        Fit best = new Fit(0, 0, Double.POSITIVE_INFINITY);
        for (int i = 0; i <= TRIES; i++) {
            Fit tried = fitted(weights, first, least, (FIRST_STEPS + STEPS_APART * i) / (most - least));
            best = tried.error() < best.error() ? tried : best;
        }
        return best;
    }

    /** Scale and minimum by least squares for the weights rounded to these steps. */
    private static Fit fitted(float[] weights, int first, float least, float stepsPerUnit) {
        double q = 0;
        double qq = 0;
        double w = 0;
        double qw = 0;
        for (int i = first; i < first + GROUP; i++) {
            int steps = Math.clamp(Math.round((weights[i] - least) * stepsPerUnit), 0, MOST_STEPS);
            q += steps;
            qq += steps * steps;
            w += weights[i];
            qw += steps * weights[i];
        }
        double spread = GROUP * qq - q * q;
        double scale = spread == 0 ? 1 / stepsPerUnit : (GROUP * qw - q * w) / spread;
        double minimum = Math.max(0, (scale * q - w) / GROUP);
        if (minimum == 0) {
            scale = qq == 0 ? 0 : qw / qq;
        }
        return new Fit((float) scale, (float) minimum, error(weights, first, scale, minimum));
    }

    private static double error(float[] weights, int first, double scale, double minimum) {
        double error = 0;
        for (int i = first; i < first + GROUP; i++) {
            long steps = scale <= 0 ? 0 : Math.clamp(Math.round((weights[i] + minimum) / scale), 0, MOST_STEPS);
            double off = scale * steps - minimum - weights[i];
            error += off * off;
        }
        return scale < 0 ? Double.POSITIVE_INFINITY : error;
    }
}
