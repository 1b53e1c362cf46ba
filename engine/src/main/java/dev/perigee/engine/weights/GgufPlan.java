package dev.perigee.engine.weights;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.RowFormat;
import dev.perigee.engine.quantization.Transposition;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which tensors a model has as GGUF, and what each is written as: what {@link GgufBinder} reads.
 *
 * <p>Norms, router and correction bias stay float32. A matrix whose rows are not whole blocks of its format is taken over where it is
 * native INT4, otherwise it takes eight bits, and where its rows are not even blocks of those, what it has.
 */
final class GgufPlan {

    private final ModelConfig config;
    private final GgufMix mix;
    private final List<PlannedTensor> tensors = new ArrayList<>();

    private GgufPlan(ModelConfig config, GgufMix mix) {
        this.config = config;
        this.mix = mix;
    }

    static List<PlannedTensor> of(ModelConfig config, ModelWeights weights, GgufMix mix) {
        GgufPlan plan = new GgufPlan(config, mix);
        plan.model(weights);
        return List.copyOf(plan.tensors);
    }

    private void model(ModelWeights weights) {
        matrix("token_embd", mix.ends(), weights.embedding());
        for (int i = 0; i < weights.layers().size(); i++) {
            layer("blk." + i + ".", weights.layers().get(i));
        }
        norm("output_norm", weights.norm());
        matrix("output", mix.ends(), weights.head());
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
        AttentionWeights.@Nullable CompressedQuery compressed = weights.compressedQuery();
        if (compressed == null) {
            matrix(prefix + "attn_q", mix.dense(), weights.queryUp());
        } else {
            matrix(prefix + "attn_q_a", mix.dense(), compressed.down());
            norm(prefix + "attn_q_a_norm", compressed.norm());
            matrix(prefix + "attn_q_b", mix.dense(), weights.queryUp());
        }
        matrix(prefix + "attn_kv_a_mqa", mix.ends(), weights.latentDown());
        norm(prefix + "attn_kv_a_norm", weights.latentNorm());
        switch (weights.latentUp()) {
            case LatentUp.Joined joined -> latentUp(prefix, joined.matrix());
            case LatentUp.Split split -> throw new AssertionError("safetensors hold kv_b_proj whole");
        }
        matrix(prefix + "attn_output", mix.dense(), weights.output());
    }

    private void latentUp(String prefix, WeightMatrix joined) {
        AttentionConfig shape = config.attention();
        int nope = shape.qkNopeHeadDim();
        int headRows = nope + shape.vHeadDim();
        List<WeightMatrix> keys = new ArrayList<>();
        List<WeightMatrix> values = new ArrayList<>();
        for (int head = 0; head < shape.numAttentionHeads(); head++) {
            keys.add(joined.slice(head * headRows, nope));
            values.add(joined.slice(head * headRows + nope, shape.vHeadDim()));
        }
        Function<Arena, List<WeightMatrix>> transposed =
                arena -> keys.stream().map(key -> Transposition.of(key, arena)).toList();
        tensors.add(new PlannedTensor(
                prefix + "attn_k_b.weight",
                format(mix.ends(), nope, joined),
                List.of((long) keys.size(), (long) shape.kvLoraRank(), (long) nope),
                transposed));
        stacked(prefix + "attn_v_b", mix.ends(), values);
    }

    private void feedForward(String prefix, String suffix, FeedForwardWeights.Dense weights) {
        matrix(prefix + "ffn_gate" + suffix, mix.dense(), weights.gate());
        matrix(prefix + "ffn_up" + suffix, mix.dense(), weights.up());
        matrix(prefix + "ffn_down" + suffix, mix.dense(), weights.down());
    }

    private void experts(String prefix, FeedForwardWeights.Experts weights) {
        matrix(prefix + "ffn_gate_inp", RowFormat.F32, weights.router());
        if (config.moe().router().topkMethod().hasCorrectionBias()) {
            vector(prefix + "exp_probs_b.bias", weights.correctionBias());
        }
        List<FeedForwardWeights.Dense> experts = weights.experts();
        stacked(
                prefix + "ffn_gate_exps",
                mix.experts(),
                experts.stream().map(FeedForwardWeights.Dense::gate).toList());
        stacked(
                prefix + "ffn_up_exps",
                mix.experts(),
                experts.stream().map(FeedForwardWeights.Dense::up).toList());
        stacked(
                prefix + "ffn_down_exps",
                mix.experts(),
                experts.stream().map(FeedForwardWeights.Dense::down).toList());
        if (weights.shared() != null) {
            feedForward(prefix, "_shexp", weights.shared());
        }
    }

    private void matrix(String module, RowFormat wanted, WeightMatrix matrix) {
        tensors.add(PlannedTensor.of(
                module + ".weight",
                format(wanted, matrix.columns(), matrix),
                List.of((long) matrix.rows(), (long) matrix.columns()),
                List.of(matrix)));
    }

    private void stacked(String module, RowFormat wanted, List<WeightMatrix> parts) {
        WeightMatrix first = parts.getFirst();
        tensors.add(PlannedTensor.of(
                module + ".weight",
                format(wanted, first.columns(), first),
                List.of((long) parts.size(), (long) first.rows(), (long) first.columns()),
                parts));
    }

    private static RowFormat format(RowFormat wanted, int columns, WeightMatrix source) {
        if (wanted.fits(columns)) {
            return wanted;
        }
        if (source instanceof PackedInt4Weights) {
            return RowFormat.Q4_0;
        }
        if (RowFormat.Q8_0.fits(columns)) {
            return RowFormat.Q8_0;
        }
        return source instanceof Bf16Weights ? RowFormat.BF16 : RowFormat.F32;
    }

    private void norm(String module, FloatMatrix norm) {
        long width = norm.columns();
        F32Weights row = new F32Weights(norm.data().asSlice(0, width * Float.BYTES), 1, norm.columns());
        tensors.add(PlannedTensor.of(module + ".weight", RowFormat.F32, List.of(width), List.of(row)));
    }

    private void vector(String name, List<Float> values) {
        byte[] bytes = new byte[values.size() * Float.BYTES];
        MemorySegment target = MemorySegment.ofArray(bytes);
        float[] row = new float[values.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = values.get(i);
        }
        RowFormat.F32.encode(row, row.length, target);
        F32Weights vector = new F32Weights(target, 1, row.length);
        tensors.add(PlannedTensor.of(name, RowFormat.F32, List.of((long) row.length), List.of(vector)));
    }
}
