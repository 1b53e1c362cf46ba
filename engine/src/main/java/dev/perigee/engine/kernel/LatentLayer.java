package dev.perigee.engine.kernel;

import dev.perigee.engine.tensor.DataType;
import java.lang.foreign.MemorySegment;

/**
 * One layer's part of the latent cache, and how attention reads it.
 *
 * <p>Units: strides and offsets count elements.
 *
 * @param type what an element is: F32, or for the C kernels BF16
 * @param memory the whole cache
 * @param pageStride from one page's start to the next one's
 * @param layerOffset from a page's start to this layer's first token
 * @param pageTokens tokens of a page
 * @param heads query heads over the one latent
 * @param geometry widths and scale
 */
public record LatentLayer(
        DataType type,
        MemorySegment memory,
        long pageStride,
        long layerOffset,
        int pageTokens,
        int heads,
        Geometry geometry) {

    /** No latents. */
    static final LatentLayer NONE =
            new LatentLayer(DataType.F32, MemorySegment.NULL, 0, 0, 1, 0, new Geometry(0, 0, 0));

    /** The most elements of a token that kernels take: PERIGEE_MOST_TOKEN_WIDTH. */
    public static final int MOST_TOKEN_WIDTH = 1024;

    /** Elements of the whole cache. */
    long elements() {
        return memory.byteSize() / type.bytes();
    }

    /**
     * Widths and scale, the same in every layer.
     *
     * @param tokenWidth elements of a query and of a cached token
     * @param valueWidth leading elements of a cached token that are its value
     * @param scale multiplies every score before the softmax
     */
    public record Geometry(int tokenWidth, int valueWidth, float scale) {}
}
