package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.quantization.WeightMatrix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives every tensor of a checkpoint its role, by its published name. Tensors that no role asks for (stored rotary frequencies, a
 * draft layer behind the last) are left alone.
 */
public final class WeightBinder {

    private final TensorBinder tensors;
    private final ModelConfig config;
    private final String family;
    private final int hidden;

    private WeightBinder(SafetensorsCheckpoint checkpoint, ModelConfig config) {
        this.tensors = new TensorBinder(checkpoint);
        this.config = config;
        this.family = ModelType.named(config.modelType()).tensorPrefix();
        this.hidden = config.dimensions().hiddenSize();
    }

    /**
     * Binds all weights that the configuration asks for.
     *
     * @throws ModelLoadException where a tensor is missing or has another type or shape, by file and name
     */
    public static ModelWeights bind(SafetensorsCheckpoint checkpoint, ModelConfig config) {
        return new WeightBinder(checkpoint, config).model();
    }

    private ModelWeights model() {
        int vocabulary = config.dimensions().vocabSize();
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.dimensions().numHiddenLayers(); i++) {
            layers.add(layer(i));
        }
        return new ModelWeights(
                tensors.matrix(family + "model.embed_tokens", vocabulary, hidden),
                layers,
                tensors.norm(family + "model.norm", hidden),
                tensors.matrix(family + "lm_head", vocabulary, hidden));
    }

    private LayerWeights layer(int number) {
        String prefix = family + "model.layers." + number + ".";
        return new LayerWeights(
                tensors.norm(prefix + "input_layernorm", hidden),
                attention(prefix + "self_attn."),
                tensors.norm(prefix + "post_attention_layernorm", hidden),
                config.moe().isMoeLayer(number)
                        ? experts(prefix + "mlp.")
                        : dense(prefix + "mlp.", config.dimensions().intermediateSize()));
    }

    private AttentionWeights attention(String prefix) {
        AttentionConfig shape = config.attention();
        int heads = shape.numAttentionHeads();
        AttentionWeights.@Nullable CompressedQuery compressed = null;
        String queryName = "q_proj";
        int queryInputs = hidden;
        if (shape.hasCompressedQuery()) {
            compressed = new AttentionWeights.CompressedQuery(
                    tensors.matrix(prefix + "q_a_proj", shape.qLoraRank(), hidden),
                    tensors.norm(prefix + "q_a_layernorm", shape.qLoraRank()));
            queryName = "q_b_proj";
            queryInputs = shape.qLoraRank();
        }
        return new AttentionWeights(
                compressed,
                tensors.matrix(prefix + queryName, heads * shape.qkHeadDim(), queryInputs),
                tensors.matrix(prefix + "kv_a_proj_with_mqa", shape.latentWidth(), hidden),
                tensors.norm(prefix + "kv_a_layernorm", shape.kvLoraRank()),
                new LatentUp.Joined(tensors.matrix(
                        prefix + "kv_b_proj", heads * (shape.qkNopeHeadDim() + shape.vHeadDim()), shape.kvLoraRank())),
                tensors.matrix(prefix + "o_proj", hidden, heads * shape.vHeadDim()));
    }

    private FeedForwardWeights.Dense dense(String prefix, int width) {
        return new FeedForwardWeights.Dense(
                tensors.matrix(prefix + "gate_proj", width, hidden),
                tensors.matrix(prefix + "up_proj", width, hidden),
                tensors.matrix(prefix + "down_proj", hidden, width));
    }

    private FeedForwardWeights.Experts experts(String prefix) {
        MoeConfig moe = config.moe();
        WeightMatrix router = tensors.matrix(prefix + "gate", moe.nRoutedExperts(), hidden);
        List<Float> bias = FeedForwardWeights.Experts.biasOf(
                moe, () -> tensors.vector(prefix + "gate.e_score_correction_bias", moe.nRoutedExperts()));
        List<FeedForwardWeights.Dense> experts = new ArrayList<>();
        for (int i = 0; i < moe.nRoutedExperts(); i++) {
            experts.add(dense(prefix + "experts." + i + ".", moe.moeIntermediateSize()));
        }
        FeedForwardWeights.@Nullable Dense shared =
                moe.nSharedExperts() == 0 ? null : dense(prefix + "shared_experts.", moe.sharedIntermediateSize());
        return new FeedForwardWeights.Experts(router, bias, experts, shared);
    }
}
