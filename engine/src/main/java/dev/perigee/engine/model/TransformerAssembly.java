package dev.perigee.engine.model;

import dev.perigee.engine.attention.AttentionContext;
import dev.perigee.engine.attention.LatentProjection;
import dev.perigee.engine.attention.MultiHeadLatentAttention;
import dev.perigee.engine.attention.QueryProjection;
import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.config.MoeConfig;
import dev.perigee.engine.layer.FeedForward;
import dev.perigee.engine.layer.Linear;
import dev.perigee.engine.layer.RmsNorm;
import dev.perigee.engine.layer.SwiGlu;
import dev.perigee.engine.moe.MixtureOfExperts;
import dev.perigee.engine.moe.Router;
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
    private final Arena arena;
    private final AttentionContext attention;
    private final SwiGlu.Scratch swiGlu;
    private final MixtureOfExperts.Scratch experts;
    private final FloatMatrix routerLogits;
    private final double latentNormEps;

    /** @param arena lives as long as the weights; holds what is derived from them */
    TransformerAssembly(ModelConfig config, Arena arena, ScratchBuffers buffers, Setting setting) {
        MoeConfig moe = config.moe();
        int tokens = setting.maxStepTokens();
        int hidden = config.dimensions().hiddenSize();
        this.config = config;
        this.arena = arena;
        this.attention = new AttentionContext(config.attention(), config.rope(), buffers, tokens, setting.maxPages());
        this.swiGlu = SwiGlu.Scratch.of(buffers, tokens, widestFeedForward());
        this.experts = new MixtureOfExperts.Scratch(
                buffers,
                new MixtureOfExperts.Sizes(
                        tokens, hidden, moe.nRoutedExperts(), moe.router().numExpertsPerTok()));
        this.routerLogits = buffers.floats(tokens, moe.nRoutedExperts());
        this.latentNormEps = setting.latentNormEps() > 0 ? setting.latentNormEps() : config.rmsNormEps();
    }

    /**
     * What the options and the cache settle.
     *
     * @param maxPages pages of the longest sequence
     * @param latentNormEps epsilon of the norms inside attention, 0 for the model's own
     */
    record Setting(int maxStepTokens, int maxPages, double latentNormEps) {}

    private int widestFeedForward() {
        int expert = Math.max(config.moe().moeIntermediateSize(), config.moe().sharedIntermediateSize());
        return Math.max(config.dimensions().intermediateSize(), expert);
    }

    AttentionContext attention() {
        return attention;
    }

    List<DecoderLayer> layers(ModelWeights weights) {
        List<DecoderLayer> layers = new ArrayList<>();
        for (int i = 0; i < weights.layers().size(); i++) {
            layers.add(layer(i, weights.layers().get(i)));
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
                : new QueryProjection.Compression(new Linear(compressed.down()), latentNorm(compressed.norm()));
        return new MultiHeadLatentAttention(
                number,
                new QueryProjection(compression, new Linear(weights.queryUp())),
                new LatentProjection(
                        new Linear(weights.latentDown()), latentNorm(weights.latentNorm()), heads(weights.latentUp())),
                new Linear(weights.output()),
                attention);
    }

    private List<LatentProjection.Head> heads(LatentUp latentUp) {
        List<LatentProjection.Head> heads = new ArrayList<>();
        for (int head = 0; head < config.attention().numAttentionHeads(); head++) {
            heads.add(
                    switch (latentUp) {
                        case LatentUp.Joined joined -> head(joined.matrix(), head);
                        case LatentUp.Split split -> head(split, head);
                    });
        }
        return heads;
    }

    private LatentProjection.Head head(WeightMatrix joined, int head) {
        AttentionConfig shape = config.attention();
        int first = head * (shape.qkNopeHeadDim() + shape.vHeadDim());
        WeightMatrix key = joined.slice(first, shape.qkNopeHeadDim());
        WeightMatrix value = joined.slice(first + shape.qkNopeHeadDim(), shape.vHeadDim());
        return new LatentProjection.Head(new Linear(Transposition.of(key, arena)), new Linear(value));
    }

    private LatentProjection.Head head(LatentUp.Split split, int head) {
        AttentionConfig shape = config.attention();
        WeightMatrix key = split.keys().slice(head * shape.kvLoraRank(), shape.kvLoraRank());
        WeightMatrix value = split.values().slice(head * shape.vHeadDim(), shape.vHeadDim());
        return new LatentProjection.Head(new Linear(key), new Linear(value));
    }

    private FeedForward feedForward(FeedForwardWeights weights) {
        return switch (weights) {
            case FeedForwardWeights.Dense dense -> swiGlu(dense);
            case FeedForwardWeights.Experts moe -> experts(moe);
        };
    }

    private SwiGlu swiGlu(FeedForwardWeights.Dense weights) {
        return new SwiGlu(new Linear(weights.gate()), new Linear(weights.up()), new Linear(weights.down()), swiGlu);
    }

    private MixtureOfExperts experts(FeedForwardWeights.Experts weights) {
        Router router =
                new Router(config.moe().router(), new Linear(weights.router()), weights.correctionBias(), routerLogits);
        FeedForwardWeights.@Nullable Dense shared = weights.shared();
        return new MixtureOfExperts(
                router,
                weights.experts().stream().map(this::swiGlu).toList(),
                shared == null ? null : swiGlu(shared),
                experts);
    }
}
