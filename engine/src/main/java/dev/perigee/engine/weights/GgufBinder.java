package dev.perigee.engine.weights;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.weights.GgufTensors.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives every tensor of a GGUF checkpoint its role, by its published name. Experts are stacked, expert by expert; attention's
 * kv_b_proj is there whole or taken apart.
 */
final class GgufBinder {

    private static final String KEY = GgufConfig.PREFIX;
    private static final Pattern LAYER = Pattern.compile("blk\\.([0-9]{1,9})\\..*");

    private final GgufCheckpoint checkpoint;
    private final GgufTensors tensors;
    private final ModelConfig config;
    private final Extent hidden;

    private GgufBinder(GgufCheckpoint checkpoint, ModelConfig config) {
        this.checkpoint = checkpoint;
        this.tensors = new GgufTensors(checkpoint);
        this.config = config;
        this.hidden = new Extent(config.dimensions().hiddenSize(), KEY + "embedding_length");
    }

    static ModelWeights bind(GgufCheckpoint checkpoint, ModelConfig config) {
        return new GgufBinder(checkpoint, config).model();
    }

    private ModelWeights model() {
        requireNoLayerBehindTheLast();
        Extent vocabulary = new Extent(config.dimensions().vocabSize(), KEY + "vocab_size, " + GgufConfig.TOKENS);
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.dimensions().numHiddenLayers(); i++) {
            layers.add(layer(i));
        }
        return new ModelWeights(
                tensors.matrix("token_embd", vocabulary, hidden),
                layers,
                tensors.norm("output_norm", hidden),
                tensors.matrix("output", vocabulary, hidden));
    }

    private void requireNoLayerBehindTheLast() {
        int layers = checkpoint.metadata().integer(KEY + "block_count");
        for (String name : checkpoint.names()) {
            Matcher matcher = LAYER.matcher(name);
            if (matcher.matches() && Integer.parseInt(matcher.group(1)) >= layers) {
                throw tensors.refused(name, "lies behind the last layer, " + KEY + "block_count is " + layers);
            }
        }
    }

    private LayerWeights layer(int number) {
        String prefix = "blk." + number + ".";
        Extent width = new Extent(config.dimensions().intermediateSize(), KEY + "feed_forward_length");
        return new LayerWeights(
                tensors.norm(prefix + "attn_norm", hidden),
                attention(prefix),
                tensors.norm(prefix + "ffn_norm", hidden),
                config.moe().isMoeLayer(number) ? experts(prefix) : dense(prefix, "", width));
    }

    private AttentionWeights attention(String prefix) {
        AttentionConfig shape = config.attention();
        Extent heads = new Extent(shape.numAttentionHeads(), KEY + "attention.head_count");
        Extent rank = new Extent(shape.kvLoraRank(), KEY + "attention.kv_lora_rank");
        Extent rotated = new Extent(shape.qkRopeHeadDim(), KEY + "rope.dimension_count");
        Extent queries = heads.times(new Extent(shape.qkHeadDim(), KEY + "attention.key_length(_mla)"));
        Extent values = heads.times(new Extent(shape.vHeadDim(), KEY + "attention.value_length(_mla)"));
        Extent queryRank = new Extent(shape.qLoraRank(), KEY + "attention.q_lora_rank");
        AttentionWeights.@Nullable CompressedQuery compressed = shape.hasCompressedQuery()
                ? new AttentionWeights.CompressedQuery(
                        tensors.matrix(prefix + "attn_q_a", queryRank, hidden),
                        tensors.norm(prefix + "attn_q_a_norm", queryRank))
                : null;
        return new AttentionWeights(
                compressed,
                compressed == null
                        ? tensors.matrix(prefix + "attn_q", queries, hidden)
                        : tensors.matrix(prefix + "attn_q_b", queries, queryRank),
                tensors.matrix(prefix + "attn_kv_a_mqa", rank.plus(rotated), hidden),
                tensors.norm(prefix + "attn_kv_a_norm", rank),
                latentUp(prefix, heads, rank),
                tensors.matrix(prefix + "attn_output", hidden, values));
    }

    private LatentUp latentUp(String prefix, Extent heads, Extent rank) {
        AttentionConfig shape = config.attention();
        Extent key = new Extent(shape.qkNopeHeadDim(), KEY + "attention.key_length(_mla) - rope.dimension_count");
        Extent value = new Extent(shape.vHeadDim(), KEY + "attention.value_length(_mla)");
        if (!tensors.has(prefix + "attn_k_b") && tensors.has(prefix + "attn_kv_b")) {
            return new LatentUp.Joined(tensors.matrix(prefix + "attn_kv_b", heads.times(key.plus(value)), rank));
        }
        return new LatentUp.Split(
                tensors.stacked(prefix + "attn_k_b", heads, rank, key),
                tensors.stacked(prefix + "attn_v_b", heads, value, rank));
    }

    private FeedForwardWeights.Dense dense(String prefix, String suffix, Extent width) {
        return new FeedForwardWeights.Dense(
                tensors.matrix(prefix + "ffn_gate" + suffix, width, hidden),
                tensors.matrix(prefix + "ffn_up" + suffix, width, hidden),
                tensors.matrix(prefix + "ffn_down" + suffix, hidden, width));
    }

    private FeedForwardWeights.Experts experts(String prefix) {
        Extent count = new Extent(config.moe().nRoutedExperts(), KEY + "expert_count");
        Extent shared = new Extent(
                config.moe().sharedIntermediateSize(),
                KEY + "expert_feed_forward_length, " + KEY + "expert_shared_count");
        return new FeedForwardWeights.Experts(
                tensors.matrix(prefix + "ffn_gate_inp", count, hidden),
                FeedForwardWeights.Experts.biasOf(
                        config.moe(), () -> tensors.vector(prefix + "exp_probs_b.bias", count)),
                routed(prefix, count),
                shared(prefix, shared));
    }

    /** Without shared experts there must be none in the file: left out, they would change every answer. */
    private FeedForwardWeights.@Nullable Dense shared(String prefix, Extent width) {
        if (width.size() > 0) {
            return dense(prefix, "_shexp", width);
        }
        if (tensors.has(prefix + "ffn_gate_shexp")) {
            throw tensors.refused(
                    prefix + "ffn_gate_shexp.weight", "is there, though " + KEY + "expert_shared_count is 0");
        }
        return null;
    }

    private List<FeedForwardWeights.Dense> routed(String prefix, Extent count) {
        int rows = config.moe().moeIntermediateSize();
        Extent width = new Extent(rows, KEY + "expert_feed_forward_length");
        boolean fused = tensors.has(prefix + "ffn_gate_up_exps");
        WeightMatrix gate = fused
                ? tensors.stacked(prefix + "ffn_gate_up_exps", count, width.plus(width), hidden)
                : tensors.stacked(prefix + "ffn_gate_exps", count, width, hidden);
        WeightMatrix up = fused ? gate : tensors.stacked(prefix + "ffn_up_exps", count, width, hidden);
        WeightMatrix down = tensors.stacked(prefix + "ffn_down_exps", count, hidden, width);
        List<FeedForwardWeights.Dense> experts = new ArrayList<>();
        for (int i = 0; i < count.size(); i++) {
            int first = (fused ? 2 : 1) * rows * i;
            experts.add(new FeedForwardWeights.Dense(
                    gate.slice(first, rows),
                    up.slice(fused ? first + rows : first, rows),
                    down.slice(hidden.size() * i, hidden.size())));
        }
        return experts;
    }
}
