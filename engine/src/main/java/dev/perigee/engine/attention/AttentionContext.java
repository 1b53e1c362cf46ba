package dev.perigee.engine.attention;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.kernel.LatentLayer;
import dev.perigee.engine.tensor.ScratchBuffers;

/** What the attention of all layers shares: shape, rotary tables, scale, working memory. */
public final class AttentionContext {

    /** Decoding an element of a head's weights counts as so many multiply-adds: an estimate, not measured. */
    private static final long DECODED = 200;

    private final AttentionConfig config;
    private final RotaryEmbedding rotary;
    private final LatentLayer.Geometry geometry;
    private final AttentionScratch scratch;
    private final boolean expandedPrompts;

    /**
     * What attention takes on.
     *
     * @param maxStepTokens the most tokens of one step
     * @param maxPages pages of the longest sequence
     * @param expandedPrompts whether many tokens of one sequence are computed expanded where that pays
     */
    public record Setting(int maxStepTokens, int maxPages, boolean expandedPrompts) {}

    /** Memory for what the setting says. */
    public AttentionContext(AttentionConfig config, RopeConfig rope, ScratchBuffers buffers, Setting setting) {
        YarnScaling scaling = new YarnScaling(rope, config.qkRopeHeadDim());
        this.config = config;
        this.rotary = new RotaryEmbedding(scaling, buffers, setting.maxStepTokens());
        this.geometry = new LatentLayer.Geometry(
                config.latentWidth(), config.kvLoraRank(), (float) scaling.softmaxScale(config.qkHeadDim()));
        this.scratch = new AttentionScratch(config, buffers, setting.maxStepTokens(), setting.maxPages());
        this.expandedPrompts = setting.expandedPrompts();
    }

    /** Whether {@code rows} tokens from {@code firstPosition} on are computed expanded: where that takes fewer multiply-adds of a head. */
    boolean expands(int rows, int firstPosition) {
        long made = config.qkNopeHeadDim() + (long) config.vHeadDim();
        long wide = config.latentWidth() + (long) config.kvLoraRank();
        long narrow = config.qkHeadDim() + (long) config.vHeadDim();
        if (!expandedPrompts || narrow > LatentLayer.MOST_TOKEN_WIDTH) {
            return false;
        }
        long seen = (long) rows * (firstPosition + rows / 2);
        return seen * (wide - narrow) > (firstPosition + DECODED) * made * config.kvLoraRank();
    }

    AttentionConfig config() {
        return config;
    }

    /** Places the step's tokens; once a step, for all layers. */
    public RotaryEmbedding rotary() {
        return rotary;
    }

    LatentLayer.Geometry geometry() {
        return geometry;
    }

    AttentionScratch scratch() {
        return scratch;
    }
}
