package dev.perigee.engine.config;

/**
 * What a Kimi-K2-shaped model is made of. Names are the published keys of config.json in camelCase.
 *
 * <p>Fixed for this family, and checked where a file is read: SiLU, no biases, untied head.
 *
 * @param modelType the published name of the kind of model
 * @param dimensions the extents that all parts share
 * @param attention multi-head latent attention
 * @param rope rotary positions
 * @param moe the mixture of experts
 * @param rmsNormEps epsilon of every norm; those inside attention can be given another
 */
public record ModelConfig(
        String modelType,
        TransformerDimensions dimensions,
        AttentionConfig attention,
        RopeConfig rope,
        MoeConfig moe,
        double rmsNormEps) {

    public ModelConfig {
        Bound.check("rms_norm_eps", rmsNormEps, Double.MIN_NORMAL, 1e-1);
        Bound.check("first_k_dense_replace", moe.firstKDenseReplace(), 0, dimensions.numHiddenLayers());
    }
}
