package dev.perigee.engine.kvcache;

import dev.perigee.engine.tensor.DataType;

/**
 * How the cache's memory is cut: pages, in a page the layers, in a layer the tokens, in a token the normed latent followed by the
 * rotated key part.
 *
 * @param type what a value is kept as: F32 or BF16
 * @param layers decoder layers
 * @param tokenWidth values a token takes in one layer (kvLoraRank + qkRopeHeadDim)
 * @param pageTokens tokens of one page
 */
public record KvLayout(DataType type, int layers, int tokenWidth, int pageTokens) {

    public KvLayout {
        if (type != DataType.F32 && type != DataType.BF16) {
            throw new IllegalArgumentException("type is " + type + ", known are F32 and BF16");
        }
        require("layers", layers);
        require("tokenWidth", tokenWidth);
        require("pageTokens", pageTokens);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", at least 1");
        }
    }

    /** Values of one layer in one page. */
    public long layerElements() {
        return (long) tokenWidth * pageTokens;
    }

    /** Values from one page's start to the next one's. */
    public long pageElements() {
        return layerElements() * layers;
    }

    /** Where a token's values begin, counted in values from the cache's start. */
    public long offset(int pageIndex, int layer, int position) {
        return pageIndex * pageElements() + layer * layerElements() + (long) (position % pageTokens) * tokenWidth;
    }

    /** Bytes of one page. */
    public long pageBytes() {
        return Math.multiplyExact(pageElements(), (long) type.bytes());
    }

    /** Bytes that one token of context takes over all layers. */
    public long tokenBytes() {
        return (long) layers * tokenWidth * type.bytes();
    }

    /** Pages that hold this many tokens. */
    public int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, pageTokens);
    }
}
