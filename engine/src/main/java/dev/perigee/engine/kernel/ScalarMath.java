package dev.perigee.engine.kernel;

/**
 * The sums of the oracle over heap arrays, in loops that the JIT compiler turns into vector code.
 *
 * <p>Every loop indexes its arrays alike, which is what the compiler asks for.
 */
final class ScalarMath {

    private ScalarMath() {}

    /** Σ a·b: products first, then eight partial sums, then those in pairs. */
    static float dot(float[] a, float[] b, int length, float[] products) {
        for (int i = 0; i < length; i++) {
            products[i] = a[i] * b[i];
        }
        return sum(products, length);
    }

    /** Eight partial sums over every eighth element, then those in pairs. */
    private static float sum(float[] v, int length) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        int i = 0;
        for (; i <= length - 8; i += 8) {
            s0 += v[i];
            s1 += v[i + 1];
            s2 += v[i + 2];
            s3 += v[i + 3];
            s4 += v[i + 4];
            s5 += v[i + 5];
            s6 += v[i + 6];
            s7 += v[i + 7];
        }
        for (; i < length; i++) {
            s0 += v[i];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    /** y += a · x. */
    static void addScaled(float a, float[] x, float[] y, int length) {
        for (int i = 0; i < length; i++) {
            y[i] += a * x[i];
        }
    }

    /** Turns scores into weights that sum to one. */
    static void softmax(float[] scores, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < length; i++) {
            max = Math.max(max, scores[i]);
        }
        double sum = 0;
        for (int i = 0; i < length; i++) {
            scores[i] = (float) Math.exp(scores[i] - max);
            sum += scores[i];
        }
        float inverse = (float) (1 / sum);
        for (int i = 0; i < length; i++) {
            scores[i] *= inverse;
        }
    }

    static float silu(float x) {
        return (float) (x / (1 + Math.exp(-x)));
    }
}
