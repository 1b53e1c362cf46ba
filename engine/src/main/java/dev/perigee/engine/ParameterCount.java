package dev.perigee.engine;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;

/** Counts a model's weights from its configuration, norms and router biases included. */
final class ParameterCount {

    private ParameterCount() {}

    static long of(ModelConfig config) {
        long hidden = config.dimensions().hiddenSize();
        long sum = 2 * hidden * config.dimensions().vocabSize() + hidden;
        for (int layer = 0; layer < config.dimensions().numHiddenLayers(); layer++) {
            sum += 2 * hidden + attention(config.attention(), hidden) + feedForward(config, layer, hidden);
        }
        return sum;
    }

    private static long attention(AttentionConfig attention, long hidden) {
        long heads = attention.numAttentionHeads();
        long rank = attention.qLoraRank();
        long queryWidth = heads * attention.qkHeadDim();
        long query = attention.hasCompressedQuery() ? hidden * rank + rank + rank * queryWidth : hidden * queryWidth;
        long latent = hidden * attention.latentWidth() + attention.kvLoraRank();
        long expanded = heads * (attention.qkNopeHeadDim() + attention.vHeadDim()) * attention.kvLoraRank();
        return query + latent + expanded + heads * attention.vHeadDim() * hidden;
    }

    private static long feedForward(ModelConfig config, int layer, long hidden) {
        MoeConfig moe = config.moe();
        if (!moe.isMoeLayer(layer)) {
            return 3 * hidden * config.dimensions().intermediateSize();
        }
        long experts = moe.nRoutedExperts();
        long router = experts * hidden + experts;
        return router + 3 * hidden * (experts * moe.moeIntermediateSize() + moe.sharedIntermediateSize());
    }
}
