package dev.perigee.engine.moe;

import java.util.Arrays;

/** Turns a step's decisions around: for each expert the tokens that chose it, in ascending order. Allocates nothing after start. */
final class ExpertQueue {

    private final int[] starts; // (experts + 1)
    private final int[] filled; // (experts)
    private final int[] tokens; // (maxTokens · perToken)
    private final float[] weights; // (maxTokens · perToken)

    ExpertQueue(int experts, int maxTokens, int perToken) {
        this.starts = new int[experts + 1];
        this.filled = new int[experts];
        this.tokens = new int[Math.multiplyExact(maxTokens, perToken)];
        this.weights = new float[tokens.length];
    }

    /** Sorts the decisions of the first {@code count} tokens. */
    void sort(RoutingDecision decision, int count) {
        Arrays.fill(starts, 0);
        for (int token = 0; token < count; token++) {
            for (int k = 0; k < decision.perToken(); k++) {
                starts[decision.expert(token, k) + 1]++;
            }
        }
        for (int i = 0; i < filled.length; i++) {
            starts[i + 1] += starts[i];
            filled[i] = starts[i];
        }
        for (int token = 0; token < count; token++) {
            for (int k = 0; k < decision.perToken(); k++) {
                int place = filled[decision.expert(token, k)]++;
                tokens[place] = token;
                weights[place] = decision.weight(token, k);
            }
        }
    }

    int count(int expert) {
        return starts[expert + 1] - starts[expert];
    }

    int token(int expert, int number) {
        return tokens[starts[expert] + number];
    }

    float weight(int expert, int number) {
        return weights[starts[expert] + number];
    }
}
