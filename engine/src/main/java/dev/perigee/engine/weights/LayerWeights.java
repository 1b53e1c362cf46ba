package dev.perigee.engine.weights;

import dev.perigee.engine.tensor.FloatMatrix;

/**
 * One decoder layer.
 *
 * @param inputNorm input_layernorm (1, hiddenSize)
 * @param attention self_attn
 * @param postAttentionNorm post_attention_layernorm (1, hiddenSize)
 * @param feedForward mlp
 */
public record LayerWeights(
        FloatMatrix inputNorm,
        AttentionWeights attention,
        FloatMatrix postAttentionNorm,
        FeedForwardWeights feedForward) {}
