package dev.perigee.engine.config;

/**
 * How the router chooses.
 *
 * @param numExpertsPerTok experts a token goes to
 * @param nGroup groups the experts form, 1 for none
 * @param topkGroup groups that stay in the choice
 * @param routedScalingFactor multiplies the weights after normalisation
 * @param normTopkProb whether the chosen weights are divided by their sum
 * @param scoringFunc logits to scores
 * @param topkMethod scores to choice
 */
public record RouterConfig(
        int numExpertsPerTok,
        int nGroup,
        int topkGroup,
        double routedScalingFactor,
        boolean normTopkProb,
        ScoringFunction scoringFunc,
        TopkMethod topkMethod) {

    private static final int MAX_CHOICE = 256;
    private static final double MAX_SCALE = 1e6;

    public RouterConfig {
        Bound.check("num_experts_per_tok", numExpertsPerTok, 1, MAX_CHOICE);
        Bound.check("n_group", nGroup, 1, MoeConfig.MAX_EXPERTS);
        Bound.check("topk_group", topkGroup, 1, nGroup);
        Bound.check("routed_scaling_factor", routedScalingFactor, Double.MIN_NORMAL, MAX_SCALE);
    }

    /** The router of Kimi K2, Moonlight and DeepSeek-V3: sigmoid scores, a correction bias for the choice. */
    public static RouterConfig noauxTc(
            int numExpertsPerTok, int nGroup, int topkGroup, double routedScalingFactor, boolean normTopkProb) {
        return new RouterConfig(
                numExpertsPerTok,
                nGroup,
                topkGroup,
                routedScalingFactor,
                normTopkProb,
                ScoringFunction.SIGMOID,
                TopkMethod.NOAUX_TC);
    }

    /** Whether only experts of the best groups can be chosen. */
    public boolean limitsGroups() {
        return nGroup > 1 && topkMethod != TopkMethod.GREEDY;
    }
}
