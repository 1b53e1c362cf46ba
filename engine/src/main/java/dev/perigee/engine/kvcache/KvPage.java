package dev.perigee.engine.kvcache;

import org.jspecify.annotations.Nullable;

/**
 * One page of the latent cache: room for {@link KvLayout#pageTokens()} tokens in every layer.
 *
 * <p>Threads: the engine's thread only.
 */
public final class KvPage {

    private final int index;
    private int holders;
    private PrefixCache.@Nullable Node keeper;

    KvPage(int index) {
        this.index = index;
    }

    /** Its place in the cache's memory, counted in pages. */
    public int index() {
        return index;
    }

    /** Its place in the tree of prefixes, {@code null} where it has none. */
    PrefixCache.@Nullable Node keeper() {
        return keeper;
    }

    void keepFor(PrefixCache.@Nullable Node node) {
        keeper = node;
    }

    int holders() {
        return holders;
    }

    void hold() {
        holders++;
    }

    boolean letGo() {
        if (holders <= 0) {
            throw new AssertionError("page " + index + " is let go by nobody who holds it");
        }
        holders--;
        return holders == 0;
    }
}
