package dev.perigee.engine.moe;

import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.Arrays;

/**
 * The choice of one token's experts, after the rules of {@link Router}; one token after the other. Allocates nothing after start.
 *
 * <p>Threads: one.
 */
final class ExpertChoice {

    private static final float TINY = 1e-20f;

    private final RouterConfig config;
    private final float[] correctionBias; // (nRoutedExperts)
    private final float[] scores;
    private final float[] choice;
    private final boolean[] chosen;
    private final boolean[] groupKept;

    ExpertChoice(RouterConfig config, float[] correctionBias) {
        int experts = correctionBias.length;
        this.config = config;
        this.correctionBias = correctionBias;
        this.scores = new float[experts];
        this.choice = new float[experts];
        this.chosen = new boolean[experts];
        this.groupKept = new boolean[config.nGroup()];
    }

    /** Decides for one row of the logits (maxStepTokens, nRoutedExperts). */
    void choose(FloatMatrix logits, int token, RoutingDecision decision) {
        score(logits, token);
        if (config.limitsGroups()) {
            limitGroups();
        }
        chooseBest(token, decision);
        weigh(token, decision);
    }

    private void score(FloatMatrix logits, int token) {
        switch (config.scoringFunc()) {
            case SIGMOID -> sigmoid(logits, token);
            case SOFTMAX -> softmax(logits, token);
        }
        for (int i = 0; i < scores.length; i++) {
            float worth = scores[i] + correctionBias[i];
            choice[i] = Float.isNaN(worth) ? Float.NEGATIVE_INFINITY : worth;
        }
    }

    private void sigmoid(FloatMatrix logits, int token) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (1 / (1 + Math.exp(-logits.get(token, i))));
        }
    }

    private void softmax(FloatMatrix logits, int token) {
        float top = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            top = Math.max(top, logits.get(token, i));
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            sum += Math.exp(logits.get(token, i) - top);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (Math.exp(logits.get(token, i) - top) / sum);
        }
    }

    private void limitGroups() {
        int groupSize = choice.length / groupKept.length;
        for (int group = 0; group < groupKept.length; group++) {
            groupKept[group] = false;
        }
        for (int kept = 0; kept < config.topkGroup(); kept++) {
            groupKept[bestGroup(groupSize)] = true;
        }
        for (int i = 0; i < choice.length; i++) {
            if (!groupKept[i / groupSize]) {
                choice[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private int bestGroup(int groupSize) {
        int best = -1;
        float bestWorth = 0;
        for (int group = 0; group < groupKept.length; group++) {
            float worth = groupKept[group] ? 0 : worth(group * groupSize, groupSize);
            if (!groupKept[group] && (best < 0 || worth > bestWorth)) {
                best = group;
                bestWorth = worth;
            }
        }
        return best;
    }

    private float worth(int first, int count) {
        float best = Float.NEGATIVE_INFINITY;
        float second = Float.NEGATIVE_INFINITY;
        for (int i = first; i < first + count; i++) {
            if (choice[i] > best) {
                second = best;
                best = choice[i];
            } else if (choice[i] > second) {
                second = choice[i];
            }
        }
        return count == 1 || !config.topkMethod().hasCorrectionBias() ? best : best + second;
    }

    private void chooseBest(int token, RoutingDecision decision) {
        Arrays.fill(chosen, false);
        for (int k = 0; k < decision.perToken(); k++) {
            int best = bestLeft();
            decision.choose(token, k, best);
            chosen[best] = true;
        }
    }

    private int bestLeft() {
        int best = -1;
        for (int i = 0; i < choice.length; i++) {
            if (!chosen[i] && (best < 0 || choice[i] > choice[best])) {
                best = i;
            }
        }
        return best;
    }

    private void weigh(int token, RoutingDecision decision) {
        float sum = config.normTopkProb() ? TINY : 1;
        for (int k = 0; config.normTopkProb() && k < decision.perToken(); k++) {
            sum += scores[decision.expert(token, k)];
        }
        float scale = (float) config.routedScalingFactor();
        for (int k = 0; k < decision.perToken(); k++) {
            decision.weigh(token, k, scores[decision.expert(token, k)] / sum * scale);
        }
    }
}
