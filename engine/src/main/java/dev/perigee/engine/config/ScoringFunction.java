package dev.perigee.engine.config;

/** How the router turns logits into scores: {@code scoring_func}. */
public enum ScoringFunction {
    /** Every expert on its own, as in Kimi K2, Moonlight and DeepSeek-V3. */
    SIGMOID,

    /** Against all other experts, as in DeepSeek-V2. */
    SOFTMAX
}
