package dev.perigee.engine.testing;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.YarnConfig;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.weights.AttentionWeights;
import dev.perigee.engine.weights.Checkpoint;
import dev.perigee.engine.weights.FeedForwardWeights;
import dev.perigee.engine.weights.LatentUp;
import dev.perigee.engine.weights.LayerWeights;
import dev.perigee.engine.weights.ModelWeights;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Writes a safetensors model as GGUF without changing a value: bf16 stays, all else becomes float32. */
public final class GgufCopy {

    private static final String KEY = "deepseek2.";
    private static final int F32 = 0;
    private static final int BF16 = 30;

    private final GgufWriter out = new GgufWriter();
    private final ModelConfig config;
    private final boolean split;

    private GgufCopy(ModelConfig config, boolean split) {
        this.config = config;
        this.split = split;
    }

    /** The model in this folder. @param split whether kv_b_proj is taken apart, as in newer files */
    public static GgufWriter of(Path folder, boolean split) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            ModelConfig config = checkpoint.config();
            GgufCopy copy = new GgufCopy(config, split);
            copy.keys();
            copy.tensors(checkpoint.bind(config));
            return copy.out;
        }
    }

    private void keys() {
        out.text("general.architecture", "deepseek2").text("general.name", "tiny");
        out.u32(KEY + "block_count", config.dimensions().numHiddenLayers());
        out.u32(KEY + "context_length", config.dimensions().maxPositionEmbeddings());
        out.u32(KEY + "embedding_length", config.dimensions().hiddenSize());
        out.u32(KEY + "feed_forward_length", config.dimensions().intermediateSize());
        out.u32(KEY + "vocab_size", config.dimensions().vocabSize());
        out.f32(KEY + "attention.layer_norm_rms_epsilon", config.rmsNormEps());
        attentionKeys(config.attention());
        out.u32(KEY + "expert_count", config.moe().nRoutedExperts());
        out.u32(KEY + "expert_used_count", config.moe().router().numExpertsPerTok());
        out.u32(KEY + "expert_shared_count", config.moe().nSharedExperts());
        out.u32(KEY + "expert_feed_forward_length", config.moe().moeIntermediateSize());
        out.f32(KEY + "expert_weights_scale", config.moe().router().routedScalingFactor());
        out.flag(KEY + "expert_weights_norm", config.moe().router().normTopkProb());
        out.u32(KEY + "expert_gating_func", 2);
        out.u32(KEY + "leading_dense_block_count", config.moe().firstKDenseReplace());
        YarnConfig yarn = config.rope().yarn();
        if (yarn != null) {
            out.text(KEY + "rope.scaling.type", "yarn").f32(KEY + "rope.scaling.factor", yarn.factor());
            out.u32(KEY + "rope.scaling.original_context_length", yarn.originalMaxPositionEmbeddings());
            out.f32(KEY + "rope.scaling.yarn_log_multiplier", 0.1 * yarn.mscaleAllDim());
            out.f32(KEY + "rope.scaling.yarn_beta_fast", yarn.betaFast());
            out.f32(KEY + "rope.scaling.yarn_beta_slow", yarn.betaSlow());
        }
    }

    private void attentionKeys(AttentionConfig shape) {
        String prefix = KEY + "attention.";
        int key = shape.qkHeadDim();
        out.u32(prefix + "head_count", shape.numAttentionHeads());
        out.u32(prefix + "head_count_kv", split ? 1 : shape.numAttentionHeads());
        if (shape.hasCompressedQuery()) {
            out.u32(prefix + "q_lora_rank", shape.qLoraRank());
        }
        out.u32(prefix + "kv_lora_rank", shape.kvLoraRank());
        out.u32(prefix + "key_length", split ? shape.latentWidth() : key);
        out.u32(prefix + "value_length", split ? shape.kvLoraRank() : shape.vHeadDim());
        if (split) {
            out.u32(prefix + "key_length_mla", key).u32(prefix + "value_length_mla", shape.vHeadDim());
        }
        out.u32(KEY + "rope.dimension_count", shape.qkRopeHeadDim());
        out.f32(KEY + "rope.freq_base", config.rope().ropeTheta());
    }

    private void tensors(ModelWeights model) {
        matrix("token_embd", model.embedding());
        for (int i = 0; i < model.layers().size(); i++) {
            layer("blk." + i + ".", model.layers().get(i));
        }
        norm("output_norm", model.norm());
        matrix("output", model.head());
    }

    private void layer(String prefix, LayerWeights layer) {
        norm(prefix + "attn_norm", layer.inputNorm());
        attention(prefix, layer.attention());
        norm(prefix + "ffn_norm", layer.postAttentionNorm());
        switch (layer.feedForward()) {
            case FeedForwardWeights.Dense dense -> feedForward(prefix, "", dense);
            case FeedForwardWeights.Experts experts -> experts(prefix, experts);
        }
    }

    private void attention(String prefix, AttentionWeights weights) {
        AttentionWeights.CompressedQuery compressed = weights.compressedQuery();
        if (compressed == null) {
            matrix(prefix + "attn_q", weights.queryUp());
        } else {
            matrix(prefix + "attn_q_a", compressed.down());
            norm(prefix + "attn_q_a_norm", compressed.norm());
            matrix(prefix + "attn_q_b", weights.queryUp());
        }
        matrix(prefix + "attn_kv_a_mqa", weights.latentDown());
        norm(prefix + "attn_kv_a_norm", weights.latentNorm());
        WeightMatrix up = ((LatentUp.Joined) weights.latentUp()).matrix();
        if (split) {
            splitUp(prefix, up);
        } else {
            matrix(prefix + "attn_kv_b", up);
        }
        matrix(prefix + "attn_output", weights.output());
    }

    private void splitUp(String prefix, WeightMatrix up) {
        AttentionConfig shape = config.attention();
        int heads = shape.numAttentionHeads();
        int nope = shape.qkNopeHeadDim();
        int rank = shape.kvLoraRank();
        int headRows = nope + shape.vHeadDim();
        ByteBuffer keys = GgufWriter.little(heads * nope * rank * Float.BYTES);
        ByteBuffer values = GgufWriter.little(heads * shape.vHeadDim() * rank * Float.BYTES);
        float[] row = new float[rank];
        for (int r = 0; r < up.rows(); r++) {
            up.decodeRow(r, row);
            int head = r / headRows;
            int inHead = r % headRows;
            for (int c = 0; c < rank; c++) {
                if (inHead < nope) {
                    keys.putFloat(((head * rank + c) * nope + inHead) * Float.BYTES, row[c]);
                } else {
                    values.putFloat(row[c]);
                }
            }
        }
        out.tensor(prefix + "attn_k_b.weight", F32, keys.array(), nope, rank, heads);
        out.tensor(prefix + "attn_v_b.weight", F32, values.array(), rank, shape.vHeadDim(), heads);
    }

    private void feedForward(String prefix, String suffix, FeedForwardWeights.Dense weights) {
        matrix(prefix + "ffn_gate" + suffix, weights.gate());
        matrix(prefix + "ffn_up" + suffix, weights.up());
        matrix(prefix + "ffn_down" + suffix, weights.down());
    }

    private void experts(String prefix, FeedForwardWeights.Experts weights) {
        matrix(prefix + "ffn_gate_inp", weights.router());
        ByteBuffer bias = GgufWriter.little(weights.correctionBias().size() * Float.BYTES);
        weights.correctionBias().forEach(bias::putFloat);
        out.tensor(
                prefix + "exp_probs_b.bias",
                F32,
                bias.array(),
                weights.correctionBias().size());
        stacked(prefix + "ffn_gate_exps", weights.experts(), FeedForwardWeights.Dense::gate);
        stacked(prefix + "ffn_up_exps", weights.experts(), FeedForwardWeights.Dense::up);
        stacked(prefix + "ffn_down_exps", weights.experts(), FeedForwardWeights.Dense::down);
        if (weights.shared() != null) {
            feedForward(prefix, "_shexp", weights.shared());
        }
    }

    private void stacked(
            String module,
            List<FeedForwardWeights.Dense> experts,
            Function<FeedForwardWeights.Dense, WeightMatrix> part) {
        WeightMatrix first = part.apply(experts.getFirst());
        ByteBuffer bytes = GgufWriter.little(experts.size() * first.rows() * first.columns() * Float.BYTES);
        experts.forEach(expert -> putRows(part.apply(expert), bytes));
        out.tensor(module + ".weight", F32, bytes.array(), first.columns(), first.rows(), experts.size());
    }

    private void matrix(String module, WeightMatrix matrix) {
        if (matrix instanceof Bf16Weights plain) {
            byte[] bytes = plain.data().toArray(ValueLayout.JAVA_BYTE);
            out.tensor(module + ".weight", BF16, bytes, matrix.columns(), matrix.rows());
        } else {
            ByteBuffer bytes = GgufWriter.little(matrix.rows() * matrix.columns() * Float.BYTES);
            putRows(matrix, bytes);
            out.tensor(module + ".weight", F32, bytes.array(), matrix.columns(), matrix.rows());
        }
    }

    private static void putRows(WeightMatrix matrix, ByteBuffer target) {
        float[] row = new float[matrix.columns()];
        for (int i = 0; i < matrix.rows(); i++) {
            matrix.decodeRow(i, row);
            for (float value : row) {
                target.putFloat(value);
            }
        }
    }

    private void norm(String module, FloatMatrix norm) {
        ByteBuffer bytes = GgufWriter.little(norm.columns() * Float.BYTES);
        for (int i = 0; i < norm.columns(); i++) {
            bytes.putFloat(norm.get(0, i));
        }
        out.tensor(module + ".weight", F32, bytes.array(), norm.columns());
    }
}
