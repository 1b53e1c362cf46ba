package dev.perigee.engine.attention;

import dev.perigee.engine.config.AttentionConfig;
import dev.perigee.engine.kernel.AttentionSpan;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.List;
import java.util.stream.IntStream;

/** Working memory of attention, shared by all layers, with the windows that single heads look through. */
final class AttentionScratch {

    final FloatMatrix compressedQuery; // (maxStepTokens, qLoraRank)
    final FloatMatrix query; // (maxStepTokens, heads · qkHeadDim)
    final FloatMatrix latent; // (maxStepTokens, kvLoraRank + qkRopeHeadDim)
    final FloatMatrix absorbedQuery; // (maxStepTokens, heads · (kvLoraRank + qkRopeHeadDim))
    final FloatMatrix context; // (maxStepTokens, heads · kvLoraRank)
    final FloatMatrix values; // (maxStepTokens, heads · vHeadDim)
    final HeadWindows heads;
    final AttentionSpan span;

    /** The heads' columns, head by head. */
    record HeadWindows(
            List<FloatMatrix> nope, List<FloatMatrix> absorbed, List<FloatMatrix> context, List<FloatMatrix> value) {}

    AttentionScratch(AttentionConfig config, ScratchBuffers buffers, int maxStepTokens, int maxPages) {
        int count = config.numAttentionHeads();
        compressedQuery = buffers.floats(maxStepTokens, config.qLoraRank());
        query = buffers.floats(maxStepTokens, count * config.qkHeadDim());
        latent = buffers.floats(maxStepTokens, config.latentWidth());
        absorbedQuery = buffers.floats(maxStepTokens, count * config.latentWidth());
        context = buffers.floats(maxStepTokens, count * config.kvLoraRank());
        values = buffers.floats(maxStepTokens, count * config.vHeadDim());
        span = new AttentionSpan(buffers.ints(maxPages));
        heads = new HeadWindows(
                windows(query, count, config.qkNopeHeadDim()),
                windows(absorbedQuery, count, config.kvLoraRank()),
                windows(context, count, config.kvLoraRank()),
                windows(values, count, config.vHeadDim()));
    }

    /** The first {@code width} columns of every head's equal share. */
    private static List<FloatMatrix> windows(FloatMatrix all, int heads, int width) {
        int share = all.columns() / heads;
        return IntStream.range(0, heads)
                .mapToObj(head -> all.columns(head * share, width))
                .toList();
    }
}
