package dev.perigee.engine.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.config.YarnConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against published check values of the Kimi and DeepSeek models. */
class YarnScalingTests {

    private static final int ROPE = 64;

    private static YarnScaling kimi(double factor, double betaFast) {
        return new YarnScaling(new RopeConfig(50_000, new YarnConfig(factor, 4096, betaFast, 1, 1, 1)), ROPE);
    }

    private static YarnScaling deepSeek(double mscale) {
        return new YarnScaling(new RopeConfig(10_000, new YarnConfig(40, 4096, 32, 1, mscale, mscale)), ROPE);
    }

    private static void requireFrequencies(YarnScaling scaling, Map<Integer, Double> wanted) {
        wanted.forEach((index, value) -> assertThat(scaling.inverseFrequency(index))
                .as("frequency %d", index)
                .isCloseTo(value, within(value * 1e-6)));
    }

    @Test
    void frequenciesWhenModelIsK2Instruct0711EqualPublishedOnes() {
        requireFrequencies(
                kimi(32, 1),
                Map.of(
                        0,
                        1.0,
                        1,
                        0.7131111,
                        8,
                        6.687403e-2,
                        9,
                        4.768861e-2,
                        12,
                        1.729363e-2,
                        15,
                        6.271303e-3,
                        18,
                        2.274204e-3,
                        19,
                        1.621760e-3,
                        20,
                        3.614047e-5,
                        31,
                        8.764413e-7));
    }

    @Test
    void frequenciesWhenModelIsK2ThinkingEqualPublishedOnes() {
        requireFrequencies(kimi(64, 1), Map.of(19, 1.621760e-3, 20, 1.807023e-5, 21, 1.288608e-5, 31, 4.382206e-7));
    }

    @Test
    void frequenciesWhenModelIsK25EqualPublishedOnes() {
        requireFrequencies(
                kimi(64, 32),
                Map.of(
                        8,
                        6.687403e-2,
                        9,
                        4.377666e-2,
                        12,
                        1.161916e-2,
                        15,
                        2.670203e-3,
                        18,
                        4.086460e-4,
                        19,
                        1.583750e-4,
                        20,
                        1.807023e-5,
                        31,
                        4.382206e-7));
    }

    @Test
    void scaleWhenModelIsPublishedEqualsItsFigure() {
        YarnScaling none = new YarnScaling(new RopeConfig(50_000, null), ROPE);
        assertThat(kimi(32, 1).softmaxScale(192)).isCloseTo(0.130860800, within(1e-8));
        assertThat(kimi(64, 1).softmaxScale(192)).isCloseTo(0.144679626, within(1e-8));
        assertThat(kimi(64, 32).softmaxScale(192)).isCloseTo(0.144679626, within(1e-8));
        assertThat(deepSeek(1).softmaxScale(192)).isCloseTo(0.135233779, within(1e-8));
        assertThat(deepSeek(0.707).softmaxScale(192)).isCloseTo(0.114721387, within(1e-8));
        assertThat(none.softmaxScale(192)).isCloseTo(0.072168784, within(1e-8));
    }

    @Test
    void magnitudeWhenMscalesAgreeIsOne() {
        assertThat(kimi(32, 1).magnitude()).isEqualTo(1);
        assertThat(deepSeek(0.707).magnitude()).isEqualTo(1);
    }
}
