package dev.perigee.engine.weights;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.config.RouterConfig;
import dev.perigee.engine.config.YarnConfig;
import org.jspecify.annotations.Nullable;

/** Writes a configuration as a GGUF file's metadata: what {@link GgufConfig} reads, kv_b_proj taken apart. */
public final class GgufConfigKeys {

    private static final String KEY = GgufConfig.PREFIX;
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;

    private GgufConfigKeys() {}

    /**
     * Adds the keys of this configuration.
     *
     * @throws IllegalArgumentException where the format has no key for what the model does, by the published name
     */
    public static void add(ModelConfig config, GgufKeys keys) {
        requireKnown(config);
        keys.integer(KEY + "block_count", config.dimensions().numHiddenLayers());
        keys.integer(KEY + "context_length", config.dimensions().maxPositionEmbeddings());
        keys.integer(KEY + "embedding_length", config.dimensions().hiddenSize());
        keys.integer(KEY + "feed_forward_length", config.dimensions().intermediateSize());
        keys.integer(KEY + "vocab_size", config.dimensions().vocabSize());
        keys.number(KEY + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
        addAttention(config.attention(), keys);
        addExperts(config.moe(), keys);
        keys.number(KEY + "rope.freq_base", config.rope().ropeTheta());
        @Nullable YarnConfig yarn = config.rope().yarn();
        if (yarn != null) {
            addYarn(yarn, keys);
        }
    }

    private static void requireKnown(ModelConfig config) {
        if (config.moe().moeLayerFreq() != 1) {
            throw new IllegalArgumentException(
                    "moe_layer_freq is " + config.moe().moeLayerFreq() + ", GGUF has only 1");
        }
        @Nullable YarnConfig yarn = config.rope().yarn();
        if (yarn != null && yarn.mscale() != yarn.mscaleAllDim()) {
            throw new IllegalArgumentException("rope_scaling.mscale is " + yarn.mscale()
                    + ", GGUF has only the value of mscale_all_dim, " + yarn.mscaleAllDim());
        }
    }

    private static void addAttention(AttentionConfig shape, GgufKeys keys) {
        keys.integer(KEY + "attention.head_count", shape.numAttentionHeads());
        keys.integer(KEY + "attention.head_count_kv", 1);
        if (shape.hasCompressedQuery()) {
            keys.integer(KEY + "attention.q_lora_rank", shape.qLoraRank());
        }
        keys.integer(KEY + "attention.kv_lora_rank", shape.kvLoraRank());
        keys.integer(KEY + "attention.key_length", shape.latentWidth());
        keys.integer(KEY + "attention.value_length", shape.kvLoraRank());
        keys.integer(KEY + "attention.key_length_mla", shape.qkHeadDim());
        keys.integer(KEY + "attention.value_length_mla", shape.vHeadDim());
        keys.integer(KEY + "rope.dimension_count", shape.qkRopeHeadDim());
    }

    private static void addExperts(MoeConfig moe, GgufKeys keys) {
        RouterConfig router = moe.router();
        keys.integer(KEY + "expert_count", moe.nRoutedExperts());
        keys.integer(KEY + "expert_used_count", router.numExpertsPerTok());
        keys.integer(KEY + "expert_shared_count", moe.nSharedExperts());
        keys.integer(KEY + "expert_feed_forward_length", moe.moeIntermediateSize());
        keys.integer(KEY + "leading_dense_block_count", moe.firstKDenseReplace());
        keys.integer(KEY + "expert_group_count", router.nGroup());
        keys.integer(KEY + "expert_group_used_count", router.topkGroup());
        keys.number(KEY + "expert_weights_scale", router.routedScalingFactor());
        keys.flag(KEY + "expert_weights_norm", router.normTopkProb());
        keys.integer(
                KEY + "expert_gating_func",
                switch (router.scoringFunc()) {
                    case SIGMOID -> SIGMOID;
                    case SOFTMAX -> SOFTMAX;
                });
    }

    private static void addYarn(YarnConfig yarn, GgufKeys keys) {
        String scaling = KEY + "rope.scaling.";
        keys.text(scaling + "type", "yarn").number(scaling + "factor", yarn.factor());
        keys.integer(scaling + "original_context_length", yarn.originalMaxPositionEmbeddings());
        keys.number(scaling + "yarn_log_multiplier", yarn.mscaleAllDim() / 10);
        keys.number(scaling + "yarn_beta_fast", yarn.betaFast()).number(scaling + "yarn_beta_slow", yarn.betaSlow());
    }
}
