package dev.perigee.engine.attention;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.kernel.AttentionSpan;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.ArrayList;
import java.util.List;

/** Working memory of attention, shared by all layers, with the windows that single heads look through. */
final class AttentionScratch {

    final FloatMatrix compressedQuery; // (maxStepTokens, qLoraRank)
    final FloatMatrix query; // (maxStepTokens, heads · qkHeadDim)
    final FloatMatrix latent; // (maxStepTokens, kvLoraRank + qkRopeHeadDim)
    final FloatMatrix absorbedQuery; // (maxStepTokens, heads · (kvLoraRank + qkRopeHeadDim))
    final FloatMatrix context; // (maxStepTokens, heads · kvLoraRank)
    final FloatMatrix values; // (maxStepTokens, heads · vHeadDim)
    final List<HeadWindows> heads;
    final AttentionSpan span;

    /** One head's columns. */
    record HeadWindows(FloatMatrix nope, FloatMatrix absorbed, FloatMatrix context, FloatMatrix value) {}

    AttentionScratch(AttentionConfig config, ScratchBuffers buffers, int maxStepTokens, int maxPages) {
        int count = config.numAttentionHeads();
        compressedQuery = buffers.floats(maxStepTokens, config.qLoraRank());
        query = buffers.floats(maxStepTokens, count * config.qkHeadDim());
        latent = buffers.floats(maxStepTokens, config.latentWidth());
        absorbedQuery = buffers.floats(maxStepTokens, count * config.latentWidth());
        context = buffers.floats(maxStepTokens, count * config.kvLoraRank());
        values = buffers.floats(maxStepTokens, count * config.vHeadDim());
        span = new AttentionSpan(buffers.ints(maxPages));
        List<HeadWindows> windows = new ArrayList<>();
        for (int head = 0; head < count; head++) {
            windows.add(new HeadWindows(
                    query.columns(head * config.qkHeadDim(), config.qkNopeHeadDim()),
                    absorbedQuery.columns(head * config.latentWidth(), config.kvLoraRank()),
                    context.columns(head * config.kvLoraRank(), config.kvLoraRank()),
                    values.columns(head * config.vHeadDim(), config.vHeadDim())));
        }
        heads = List.copyOf(windows);
    }
}
