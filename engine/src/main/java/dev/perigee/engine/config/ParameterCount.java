package dev.perigee.engine.config;

/**
 * How many weights a model has, and how many of them one token uses. Both embedding matrices count, norms and the router's
 * correction bias too.
 */
public record ParameterCount(long total, long active) {

    /** Counts what the configuration asks for. */
    public static ParameterCount of(ModelConfig config) {
        TransformerDimensions sizes = config.dimensions();
        long hidden = sizes.hiddenSize();
        long everywhere = 2 * hidden * sizes.vocabSize() + hidden;
        long total = everywhere;
        long active = everywhere;
        for (int layer = 0; layer < sizes.numHiddenLayers(); layer++) {
            long attention = attention(config.attention(), hidden) + 2 * hidden;
            boolean moe = config.moe().isMoeLayer(layer);
            long dense = feedForward(hidden, sizes.intermediateSize());
            total += attention + (moe ? experts(config, config.moe().nRoutedExperts()) : dense);
            active += attention + (moe ? experts(config, config.moe().router().numExpertsPerTok()) : dense);
        }
        return new ParameterCount(total, active);
    }

    private static long attention(AttentionConfig shape, long hidden) {
        long heads = shape.numAttentionHeads();
        long queries = heads * shape.qkHeadDim();
        long query = shape.hasCompressedQuery() ? shape.qLoraRank() * (hidden + 1 + queries) : hidden * queries;
        long latent = hidden * shape.latentWidth() + shape.kvLoraRank();
        long up = heads * (shape.qkNopeHeadDim() + shape.vHeadDim()) * shape.kvLoraRank();
        return query + latent + up + heads * shape.vHeadDim() * hidden;
    }

    private static long experts(ModelConfig config, long routed) {
        MoeConfig moe = config.moe();
        long hidden = config.dimensions().hiddenSize();
        return moe.nRoutedExperts() * (hidden + 1)
                + routed * feedForward(hidden, moe.moeIntermediateSize())
                + feedForward(hidden, moe.sharedIntermediateSize());
    }

    private static long feedForward(long hidden, long width) {
        return 3 * hidden * width;
    }
}
