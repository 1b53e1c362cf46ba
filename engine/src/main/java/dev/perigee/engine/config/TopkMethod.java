package dev.perigee.engine.config;

/** How the router chooses among the scores: {@code topk_method}. */
public enum TopkMethod {
    /** The best after a correction bias is added; a group is worth the sum of its two best. DeepSeek-V3 and Kimi. */
    NOAUX_TC,

    /** The best of all. DeepSeek-V2-Lite. */
    GREEDY,

    /** The best in the best groups; a group is worth its best. DeepSeek-V2. */
    GROUP_LIMITED_GREEDY;

    /** Whether the choice adds {@code e_score_correction_bias}. */
    public boolean hasCorrectionBias() {
        return this == NOAUX_TC;
    }
}
