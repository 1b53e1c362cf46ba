package dev.perigee.engine.moe;

/**
 * Which experts each token of a step goes to, and with what weight. Filled anew by {@link Router} in every layer.
 *
 * <p>Shapes: (tokens, numExpertsPerTok), a token's experts in the order they were chosen.
 */
public final class RoutingDecision {

    private final int perToken;
    private final int[] experts;
    private final float[] weights;

    /** Room for this many tokens. */
    public RoutingDecision(int maxTokens, int perToken) {
        this.perToken = perToken;
        this.experts = new int[Math.multiplyExact(maxTokens, perToken)];
        this.weights = new float[experts.length];
    }

    /** How many experts a token goes to. */
    public int perToken() {
        return perToken;
    }

    /** The expert in a token's place {@code choice}. */
    public int expert(int token, int choice) {
        return experts[token * perToken + choice];
    }

    /** That expert's weight. */
    public float weight(int token, int choice) {
        return weights[token * perToken + choice];
    }

    void choose(int token, int choice, int expert) {
        experts[token * perToken + choice] = expert;
    }

    void weigh(int token, int choice, float weight) {
        weights[token * perToken + choice] = weight;
    }
}
