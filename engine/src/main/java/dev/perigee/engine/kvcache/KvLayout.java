package dev.perigee.engine.kvcache;

/**
 * How the cache's memory is cut: pages, in a page the layers, in a layer the tokens, in a token the normed latent followed by the
 * rotated key part, all float32.
 *
 * @param layers decoder layers
 * @param tokenWidth float32 values a token takes in one layer (kvLoraRank + qkRopeHeadDim)
 * @param pageTokens tokens of one page
 */
public record KvLayout(int layers, int tokenWidth, int pageTokens) {

    public KvLayout {
        require("layers", layers);
        require("tokenWidth", tokenWidth);
        require("pageTokens", pageTokens);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", at least 1");
        }
    }

    /** Float32 values of one layer in one page. */
    public long layerFloats() {
        return (long) tokenWidth * pageTokens;
    }

    /** Float32 values from one page's start to the next one's. */
    public long pageFloats() {
        return layerFloats() * layers;
    }

    /** Where a token's values begin, counted in float32 values from the cache's start. */
    public long offset(int pageIndex, int layer, int position) {
        return pageIndex * pageFloats() + layer * layerFloats() + (long) (position % pageTokens) * tokenWidth;
    }

    /** Bytes of one page. */
    public long pageBytes() {
        return Math.multiplyExact(pageFloats(), (long) Float.BYTES);
    }

    /** Bytes that one token of context takes over all layers. */
    public long tokenBytes() {
        return (long) layers * tokenWidth * Float.BYTES;
    }

    /** Pages that hold this many tokens. */
    public int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, pageTokens);
    }
}
