package dev.perigee.engine.config;

/** The keys of {@code rope_scaling} with type {@code yarn}, as published. */
public record YarnConfig(
        double factor,
        int originalMaxPositionEmbeddings,
        double betaFast,
        double betaSlow,
        double mscale,
        double mscaleAllDim) {

    private static final double MAX_FACTOR = 1 << 16;
    private static final double MAX_BETA = 1 << 20;
    private static final double MAX_MSCALE = 1 << 10;
    private static final int MAX_CONTEXT = 1 << 22;

    public YarnConfig {
        Bound.check("rope_scaling.factor", factor, 1, MAX_FACTOR);
        Bound.check("rope_scaling.original_max_position_embeddings", originalMaxPositionEmbeddings, 1, MAX_CONTEXT);
        Bound.check("rope_scaling.beta_fast", betaFast, Double.MIN_NORMAL, MAX_BETA);
        Bound.check("rope_scaling.beta_slow", betaSlow, Double.MIN_NORMAL, MAX_BETA);
        Bound.check("rope_scaling.mscale", mscale, 0, MAX_MSCALE);
        Bound.check("rope_scaling.mscale_all_dim", mscaleAllDim, 0, MAX_MSCALE);
    }
}
