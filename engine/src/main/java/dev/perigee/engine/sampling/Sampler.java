package dev.perigee.engine.sampling;

import java.util.Arrays;

/**
 * Draws a token: temperature, then top-k, then top-p, then min-p, then one random number.
 *
 * <p>The same logits, settings and place give the same token. Equal logits are taken in the order of their ids.
 *
 * <p>Threads: one at a time; the working memory is shared by all sequences.
 */
public final class Sampler {

    /** Weights, the largest being 1, below which tokens are looked at only if the more probable ones are not enough. */
    private static final double[] FLOORS = {1e-3, 1e-6, 0};

    private final double[] weights;
    private final long[] candidates;
    private int candidateCount;

    /** @param vocabularySize how many logits there are */
    public Sampler(int vocabularySize) {
        this.weights = new double[vocabularySize];
        this.candidates = new long[vocabularySize];
    }

    /**
     * Draws the token that stands at {@code place} in its answer.
     *
     * @param logits one for each id; not changed
     * @throws ArithmeticException where the logits are no numbers or none is possible
     */
    public int sample(float[] logits, SamplingSettings settings, long place) {
        int best = best(logits);
        if (settings.temperature() == 0 || settings.topK() == 1) {
            return best;
        }
        double total = weigh(logits, logits[best], settings.temperature());
        double random = CountedRandom.uniform(settings.seed(), place);
        if (settings.topK() == 0 && settings.topP() >= 1 && settings.minP() == 0) {
            return pickFromAll(random * total, best);
        }
        collect(logits, settings, total);
        return pick(random, kept(settings, total));
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id]) || logits[id] == Float.POSITIVE_INFINITY) {
                throw new ArithmeticException("the logit of token " + id + " is " + logits[id]);
            }
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        if (logits[best] == Float.NEGATIVE_INFINITY) {
            throw new ArithmeticException("no token is possible");
        }
        return best;
    }

    private double weigh(float[] logits, float best, double temperature) {
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            weights[id] = Math.exp(((double) logits[id] - best) / temperature);
            total += weights[id];
        }
        return total;
    }

    private int pickFromAll(double target, int otherwise) {
        double sum = 0;
        for (int id = 0; id < weights.length; id++) {
            sum += weights[id];
            if (sum > target) {
                return id;
            }
        }
        return otherwise;
    }

    /** Collects, most probable first, at least those tokens that top-k, top-p and min-p may keep. */
    private void collect(float[] logits, SamplingSettings settings, double total) {
        for (double floor : FLOORS) {
            double mass = collectAbove(floor, logits);
            if (floor == 0 || enough(settings, floor, mass / total)) {
                break;
            }
        }
        Arrays.sort(candidates, 0, candidateCount);
    }

    private double collectAbove(double floor, float[] logits) {
        candidateCount = 0;
        double mass = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] > floor) {
                candidates[candidateCount++] = ((long) descending(logits[id]) << Integer.SIZE) | id;
                mass += weights[id];
            }
        }
        return mass;
    }

    private boolean enough(SamplingSettings settings, double floor, double share) {
        if (settings.topK() > 0) {
            return candidateCount >= settings.topK();
        }
        return settings.topP() < 1 ? share >= settings.topP() : floor < settings.minP();
    }

    /** A number that grows as the logit falls. */
    private static int descending(float logit) {
        int bits = Float.floatToIntBits(logit + 0.0f);
        return bits < 0 ? bits & Integer.MAX_VALUE : ~bits;
    }

    private int kept(SamplingSettings settings, double total) {
        boolean cut = settings.topK() > 0;
        int kept = cut ? Math.min(settings.topK(), candidateCount) : candidateCount;
        kept = nucleus(kept, settings.topP() * (cut ? sum(kept) : total));
        while (kept > 1 && weight(kept - 1) < settings.minP()) {
            kept--;
        }
        return kept;
    }

    private int nucleus(int count, double wanted) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weight(i);
            if (sum >= wanted) {
                return i + 1;
            }
        }
        return count;
    }

    private int pick(double random, int count) {
        double target = random * sum(count);
        double sum = 0;
        for (int i = 0; i < count - 1; i++) {
            sum += weight(i);
            if (sum > target) {
                return (int) candidates[i];
            }
        }
        return (int) candidates[count - 1];
    }

    private double sum(int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weight(i);
        }
        return sum;
    }

    private double weight(int candidate) {
        return weights[(int) candidates[candidate]];
    }
}
