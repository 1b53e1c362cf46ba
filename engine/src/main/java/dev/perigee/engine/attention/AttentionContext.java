package dev.perigee.engine.attention;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.config.RopeConfig;
import dev.perigee.engine.kernel.LatentLayer;
import dev.perigee.engine.tensor.ScratchBuffers;

/** What the attention of all layers shares: shape, rotary tables, scale, working memory. */
public final class AttentionContext {

    private final AttentionConfig config;
    private final RotaryEmbedding rotary;
    private final LatentLayer.Geometry geometry;
    private final AttentionScratch scratch;

    /** @param maxPages pages of the longest sequence */
    public AttentionContext(
            AttentionConfig config, RopeConfig rope, ScratchBuffers buffers, int maxStepTokens, int maxPages) {
        YarnScaling scaling = new YarnScaling(rope, config.qkRopeHeadDim());
        this.config = config;
        this.rotary = new RotaryEmbedding(scaling, buffers, maxStepTokens);
        this.geometry = new LatentLayer.Geometry(
                config.latentWidth(), config.kvLoraRank(), (float) scaling.softmaxScale(config.qkHeadDim()));
        this.scratch = new AttentionScratch(config, buffers, maxStepTokens, maxPages);
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
