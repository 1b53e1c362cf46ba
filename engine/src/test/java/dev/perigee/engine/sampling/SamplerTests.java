package dev.perigee.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SamplerTests {

    private static final float NONE = Float.NEGATIVE_INFINITY;

    @Test
    void greedyTakesTheLargestAndOfEqualOnesTheFirst() {
        Sampler sampler = new Sampler(4);
        assertThat(sampler.sample(new float[] {1, 3, 2, 3}, settings(0, 0, 1, 0), 0))
                .isEqualTo(1);
        assertThat(sampler.sample(new float[] {NONE, -5, NONE, -4}, settings(0, 0, 1, 0), 9))
                .isEqualTo(3);
    }

    @Test
    void drawsFollowTheProbabilities() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.2), NONE};
        assertThat(frequencies(logits, settings(1, 0, 1, 0))).containsExactly(new double[] {0.5, 0.3, 0.2, 0}, near());
        assertThat(frequencies(logits, settings(1, 2, 1, 0)))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, near());
        assertThat(frequencies(logits, settings(1, 0, 0.7, 0)))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, near());
        assertThat(frequencies(logits, settings(1, 0, 1, 0.5)))
                .containsExactly(new double[] {0.625, 0.375, 0, 0}, near());
        assertThat(frequencies(logits, settings(0.5, 0, 1, 0)))
                .containsExactly(new double[] {25 / 38.0, 9 / 38.0, 4 / 38.0, 0}, near());
    }

    @Test
    void drawsAgreeWithTheObviousWayOfDoingIt() {
        Random random = new Random(7);
        Sampler sampler = new Sampler(300);
        for (int round = 0; round < 2_000; round++) {
            float[] logits = new float[300];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = (float) random.nextGaussian() * (round % 7) - (random.nextInt(9) == 0 ? 30 : 0);
            }
            SamplingSettings settings = new SamplingSettings(
                    0.1 + random.nextDouble(),
                    random.nextBoolean() ? 0 : 1 + random.nextInt(320),
                    random.nextBoolean() ? 1 : random.nextDouble(),
                    random.nextBoolean() ? 0 : random.nextDouble() * random.nextDouble(),
                    round);
            assertThat(sampler.sample(logits, settings, round))
                    .as("%s", settings)
                    .isEqualTo(obvious(logits, settings, round));
        }
    }

    @Test
    void sameSeedAndPlaceGiveTheSameTokenWhateverIsDrawnBetween() {
        float[] flat = new float[1000];
        Sampler sampler = new Sampler(1000);
        SamplingSettings settings = settings(1, 0, 1, 0);
        List<Integer> first = IntStream.range(0, 50)
                .mapToObj(place -> sampler.sample(flat, settings, place))
                .toList();
        Sampler other = new Sampler(1000);
        for (int place = 49; place >= 0; place--) {
            other.sample(flat, new SamplingSettings(1, 0, 0.5, 0, 99), place);
            assertThat(other.sample(flat, settings, place)).isEqualTo(first.get(place));
        }
        assertThat(first).doesNotHaveDuplicates().as("of 1000").hasSizeGreaterThan(40);
    }

    @Test
    void logitsThatAreNoNumbersAreRefused() {
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> new Sampler(3).sample(new float[] {0, odd, 0}, settings(1, 0, 1, 0), 0))
                    .withMessageContaining("token 1");
        }
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> new Sampler(2).sample(new float[] {NONE, NONE}, settings(0, 0, 1, 0), 0));
    }

    @Test
    void idsBeyondTheVocabularyCannotBeDrawn() {
        float[] logits = {1, 2, 3, 4};
        new VocabularyLimit(2).process(logits);
        assertThat(new Sampler(4).sample(logits, settings(0, 0, 1, 0), 0)).isEqualTo(1);
    }

    private static SamplingSettings settings(double temperature, int topK, double topP, double minP) {
        return new SamplingSettings(temperature, topK, topP, minP, 42);
    }

    private static Offset<Double> near() {
        return within(0.015);
    }

    private static double[] frequencies(float[] logits, SamplingSettings settings) {
        int draws = 20_000;
        double[] found = new double[logits.length];
        Sampler sampler = new Sampler(logits.length);
        for (int place = 0; place < draws; place++) {
            found[sampler.sample(logits, settings, place)] += 1.0 / draws;
        }
        return found;
    }

    /** Sort everything, cut, renormalise, walk. */
    private static int obvious(float[] logits, SamplingSettings settings, int place) {
        List<Integer> ids =
                new ArrayList<>(IntStream.range(0, logits.length).boxed().toList());
        double best = ids.stream().mapToDouble(id -> logits[id]).max().orElseThrow();
        double[] weights = new double[logits.length];
        ids.forEach(id -> weights[id] = Math.exp((logits[id] - best) / settings.temperature()));
        boolean whole = settings.topK() == 0 && settings.topP() >= 1 && settings.minP() == 0;
        if (!whole && settings.topK() != 1) {
            ids.sort(Comparator.<Integer>comparingDouble(id -> 0.0 - logits[id]).thenComparing(id -> id));
            ids = ids.subList(0, settings.topK() == 0 ? ids.size() : Math.min(settings.topK(), ids.size()));
            double wanted = settings.topP()
                    * ids.stream().mapToDouble(id -> weights[id]).sum();
            double sum = 0;
            int kept = 0;
            while (kept < ids.size() && (kept == 0 || sum < wanted)) {
                sum += weights[ids.get(kept++)];
            }
            ids = ids.subList(0, kept).stream()
                    .filter(id -> weights[id] >= settings.minP())
                    .toList();
        } else if (settings.topK() == 1) {
            ids = ids.stream().filter(id -> logits[id] == best).limit(1).toList();
        }
        double target = CountedRandom.uniform(settings.seed(), place)
                * ids.stream().mapToDouble(id -> weights[id]).sum();
        for (int id : ids) {
            target -= weights[id];
            if (target < 0) {
                return id;
            }
        }
        return ids.getLast();
    }
}
