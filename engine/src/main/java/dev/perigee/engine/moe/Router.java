package dev.perigee.engine.moe;

import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses experts by their scores, in float32. The correction bias takes part in the choice only; weights are the scores without it.
 *
 * <p>Where experts form groups, only those of the best groups can be chosen; a group's worth is the sum of its two best where there
 * is a correction bias, its best otherwise.
 *
 * <p>Ties go to the lower index; what is no number goes last. No expert is chosen twice.
 *
 * <p>Source: DeepSeek-V3 report, section 2.1.2 ({@code noaux_tc}); DeepSeek-V2 report, section 2.2 (softmax, groups).
 */
public final class Router {

    private static final float TINY = 1e-20f;

    private final RouterConfig config;
    private final Linear projection; // (nRoutedExperts, hiddenSize)
    private final float[] correctionBias; // (nRoutedExperts)
    private final FloatMatrix logits; // (maxStepTokens, nRoutedExperts)
    private final float[] scores;
    private final float[] choice;
    private final boolean[] chosen;
    private final boolean[] groupKept;

    /** @param logits working memory (maxStepTokens, nRoutedExperts) */
    public Router(RouterConfig config, Linear projection, List<Float> correctionBias, FloatMatrix logits) {
        int experts = projection.weight().rows();
        this.config = config;
        this.projection = projection;
        this.correctionBias = new float[experts];
        this.logits = logits;
        this.scores = new float[experts];
        this.choice = new float[experts];
        this.chosen = new boolean[experts];
        this.groupKept = new boolean[config.nGroup()];
        for (int i = 0; i < experts; i++) {
            this.correctionBias[i] = correctionBias.get(i);
        }
    }

    /** Decides for the first {@code rows} rows of x (rows, hiddenSize). */
    public void route(Kernels kernels, FloatMatrix x, int rows, RoutingDecision decision) {
        projection.apply(kernels, x, logits, rows);
        for (int token = 0; token < rows; token++) {
            score(token);
            if (config.limitsGroups()) {
                limitGroups();
            }
            chooseBest(token, decision);
            weigh(token, decision);
        }
    }

    private void score(int token) {
        switch (config.scoringFunc()) {
            case SIGMOID -> sigmoid(token);
            case SOFTMAX -> softmax(token);
        }
        for (int i = 0; i < scores.length; i++) {
            float worth = scores[i] + correctionBias[i];
            choice[i] = Float.isNaN(worth) ? Float.NEGATIVE_INFINITY : worth;
        }
    }

    private void sigmoid(int token) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) (1 / (1 + Math.exp(-logits.get(token, i))));
        }
    }

    private void softmax(int token) {
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
