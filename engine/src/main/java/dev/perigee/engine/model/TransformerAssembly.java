package dev.perigee.engine.model;

import dev.perigee.engine.attention.AttentionContext;
import dev.perigee.engine.attention.LatentProjection;
import dev.perigee.engine.attention.MultiHeadLatentAttention;
import dev.perigee.engine.attention.QueryProjection;
import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.kernel.ExpertBatch;
import dev.perigee.engine.kernel.Kernels;
import dev.perigee.engine.kernel.LatentHeads;
import dev.perigee.engine.kernel.SwiGluWeights;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import dev.perigee.engine.layer.SwiGlu;
import dev.perigee.engine.moe.MixtureOfExperts;
import dev.perigee.engine.moe.Router;
import dev.perigee.engine.progress.Progress;
import dev.perigee.engine.quantization.Transposition;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import dev.perigee.engine.weights.AttentionWeights;
import dev.perigee.engine.weights.FeedForwardWeights;
import dev.perigee.engine.weights.LatentUp;
import dev.perigee.engine.weights.LayerWeights;
import dev.perigee.engine.weights.ModelWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the layers of a transformer from bound weights, over working memory that they share. */
final class TransformerAssembly {

    private final ModelConfig config;
    private final Kernels kernels;
    private final Arena arena;
    private final AttentionContext attention;
    private final ExpertBatch batch;
    private final MixtureOfExperts.Scratch experts;
    private final FloatMatrix routerLogits;
    private final double latentNormEps;

    /**
     * @param kernels arrange the weights
     * @param arena lives as long as the weights; holds what is derived from them
     */
    TransformerAssembly(ModelConfig config, Kernels kernels, Arena arena, ScratchBuffers buffers, Setting setting) {
        MoeConfig moe = config.moe();
        int tokens = setting.attention().maxStepTokens();
        int hidden = config.dimensions().hiddenSize();
        this.config = config;
        this.kernels = kernels;
        this.arena = arena;
        this.attention = new AttentionContext(config.attention(), config.rope(), buffers, setting.attention());
        int perToken = moe.router().numExpertsPerTok();
        this.batch = new ExpertBatch(
                buffers,
                new ExpertBatch.Sizes(tokens, moe.nRoutedExperts() + 1, perToken + 1, hidden, widestFeedForward()));
        this.experts = new MixtureOfExperts.Scratch(tokens, moe.nRoutedExperts(), perToken, batch);
        this.routerLogits = buffers.floats(tokens, moe.nRoutedExperts());
        this.latentNormEps = setting.latentNormEps() > 0 ? setting.latentNormEps() : config.rmsNormEps();
    }

    /**
     * What the options and the cache settle.
     *
     * @param attention what attention takes on
     * @param latentNormEps epsilon of the norms inside attention, 0 for the model's own
     */
    record Setting(AttentionContext.Setting attention, double latentNormEps) {}

    private int widestFeedForward() {
        int expert = Math.max(config.moe().moeIntermediateSize(), config.moe().sharedIntermediateSize());
        return Math.max(config.dimensions().intermediateSize(), expert);
    }

    AttentionContext attention() {
        return attention;
    }

    /** @param progress hears of every layer, in parts of this many bytes of weights */
    List<DecoderLayer> layers(ModelWeights weights, long bytes, Progress progress) {
        List<DecoderLayer> layers = new ArrayList<>();
        int count = weights.layers().size();
        for (int i = 0; i < count; i++) {
            layers.add(layer(i, weights.layers().get(i)));
            progress.reached(bytes * (i + 1) / count, bytes, "layer " + (i + 1) + " of " + count);
        }
        return List.copyOf(layers);
    }

    private DecoderLayer layer(int number, LayerWeights weights) {
        return new DecoderLayer(
                norm(weights.inputNorm()),
                attention(number, weights.attention()),
                norm(weights.postAttentionNorm()),
                feedForward(weights.feedForward()));
    }

    RmsNorm norm(FloatMatrix weight) {
        return new RmsNorm(weight, (float) config.rmsNormEps());
    }

    private RmsNorm latentNorm(FloatMatrix weight) {
        return new RmsNorm(weight, (float) latentNormEps);
    }

    private MultiHeadLatentAttention attention(int number, AttentionWeights weights) {
        AttentionWeights.@Nullable CompressedQuery compressed = weights.compressedQuery();
        QueryProjection.@Nullable Compression compression = compressed == null
                ? null
                : new QueryProjection.Compression(linear(compressed.down()), latentNorm(compressed.norm()));
        return new MultiHeadLatentAttention(
                number,
                new QueryProjection(compression, linear(weights.queryUp())),
                latentProjection(weights),
                linear(weights.output()),
                attention);
    }

    /** A projection whose weight is arranged for the kernels. */
    Linear linear(WeightMatrix stored) {
        return new Linear(kernels.arrange(stored));
    }

    private LatentProjection latentProjection(AttentionWeights weights) {
        List<WeightMatrix> keys = new ArrayList<>();
        List<WeightMatrix> values = new ArrayList<>();
        for (int head = 0; head < config.attention().numAttentionHeads(); head++) {
            switch (weights.latentUp()) {
                case LatentUp.Joined joined -> addHead(joined.matrix(), head, keys, values);
                case LatentUp.Split split -> addHead(split, head, keys, values);
            }
        }
        return new LatentProjection(
                linear(weights.latentDown()),
                latentNorm(weights.latentNorm()),
                new LatentHeads(
                        keys.stream().map(kernels::arrange).toList(),
                        values.stream().map(kernels::arrange).toList()));
    }

    private void addHead(WeightMatrix joined, int head, List<WeightMatrix> keys, List<WeightMatrix> values) {
        AttentionConfig shape = config.attention();
        int first = head * (shape.qkNopeHeadDim() + shape.vHeadDim());
        keys.add(Transposition.of(joined.slice(first, shape.qkNopeHeadDim()), arena));
        values.add(joined.slice(first + shape.qkNopeHeadDim(), shape.vHeadDim()));
    }

    private void addHead(LatentUp.Split split, int head, List<WeightMatrix> keys, List<WeightMatrix> values) {
        AttentionConfig shape = config.attention();
        keys.add(split.keys().slice(head * shape.kvLoraRank(), shape.kvLoraRank()));
        values.add(split.values().slice(head * shape.vHeadDim(), shape.vHeadDim()));
    }

    private FeedForward feedForward(FeedForwardWeights weights) {
        return switch (weights) {
            case FeedForwardWeights.Dense dense -> new SwiGlu(arranged(dense), batch);
            case FeedForwardWeights.Experts moe -> experts(moe);
        };
    }

    private SwiGluWeights arranged(FeedForwardWeights.Dense weights) {
        return new SwiGluWeights(
                kernels.arrange(weights.gate()), kernels.arrange(weights.up()), kernels.arrange(weights.down()));
    }

    private SwiGluWeights arrangedLast(FeedForwardWeights.Dense weights) {
        return new SwiGluWeights(
                kernels.arrangeLast(weights.gate()),
                kernels.arrangeLast(weights.up()),
                kernels.arrangeLast(weights.down()));
    }

    private MixtureOfExperts experts(FeedForwardWeights.Experts weights) {
        Router router =
                new Router(config.moe().router(), linear(weights.router()), weights.correctionBias(), routerLogits);
        FeedForwardWeights.@Nullable Dense shared = weights.shared();
        return new MixtureOfExperts(
                router,
                weights.experts().stream().map(this::arrangedLast).toList(),
                shared == null ? null : arranged(shared),
                experts);
    }
}
