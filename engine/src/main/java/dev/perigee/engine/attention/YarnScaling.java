package dev.perigee.engine.attention;

import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.config.YarnConfig;

/**
 * The rotary frequencies, stretched for long contexts, and what that asks of the attention scale.
 *
 * <p>It applies at every length, also below the original context.
 *
 * <p>Source: YaRN (arXiv 2309.00071) as DeepSeek-V3's and Kimi K2's published code computes it.
 */
public final class YarnScaling {

    private static final double NARROWEST_RAMP = 0.001;

    private final double[] inverseFrequencies; // (dimension / 2)
    private final double magnitude;
    private final double scoreFactor;

    /** @param dimension rotated width of a head, even */
    public YarnScaling(RopeConfig rope, int dimension) {
        YarnConfig yarn = rope.yarn();
        this.inverseFrequencies = new double[dimension / 2];
        for (int i = 0; i < inverseFrequencies.length; i++) {
            double plain = Math.pow(rope.ropeTheta(), -2.0 * i / dimension);
            inverseFrequencies[i] =
                    yarn == null ? plain : stretched(plain, ramp(yarn, rope.ropeTheta(), dimension, i), yarn);
        }
        this.magnitude = yarn == null ? 1 : temperature(yarn, yarn.mscale()) / temperature(yarn, yarn.mscaleAllDim());
        double allDimensions = yarn == null ? 1 : temperature(yarn, yarn.mscaleAllDim());
        this.scoreFactor = allDimensions * allDimensions;
    }

    private static double stretched(double plain, double ramp, YarnConfig yarn) {
        return plain / yarn.factor() * ramp + plain * (1 - ramp);
    }

    private static double ramp(YarnConfig yarn, double theta, int dimension, int index) {
        double low = Math.max(0, Math.floor(turnsAt(yarn.betaFast(), yarn, theta, dimension)));
        double high = Math.min(dimension - 1, Math.ceil(turnsAt(yarn.betaSlow(), yarn, theta, dimension)));
        if (low == high) {
            high += NARROWEST_RAMP;
        }
        return Math.clamp((index - low) / (high - low), 0, 1);
    }

    /** The dimension that turns {@code beta} times over the original context. */
    private static double turnsAt(double beta, YarnConfig yarn, double theta, int dimension) {
        double wavelengths = yarn.originalMaxPositionEmbeddings() / (beta * 2 * Math.PI);
        return dimension * Math.log(wavelengths) / (2 * Math.log(theta));
    }

    private static double temperature(YarnConfig yarn, double mscale) {
        return yarn.factor() <= 1 ? 1 : 0.1 * mscale * Math.log(yarn.factor()) + 1;
    }

    /** How many pairs are rotated. */
    public int pairs() {
        return inverseFrequencies.length;
    }

    /** Radians a token for pair {@code index}. */
    public double inverseFrequency(int index) {
        return inverseFrequencies[index];
    }

    /** Multiplies cosines and sines; 1 where mscale and mscale_all_dim agree. */
    public double magnitude() {
        return magnitude;
    }

    /** The softmax scale of a head of this query and key width. */
    public double softmaxScale(int qkHeadDim) {
        return scoreFactor / Math.sqrt(qkHeadDim);
    }
}
