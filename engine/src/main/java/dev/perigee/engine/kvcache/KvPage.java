package dev.perigee.engine.kvcache;

/**
 * One page of the latent cache: room for {@link KvLayout#pageTokens()} tokens in every layer.
 *
 * <p>Threads: the engine's thread only.
 */
public final class KvPage {

    private final int index;
    private int holders;

    KvPage(int index) {
        this.index = index;
    }

    /** Its place in the cache's memory, counted in pages. */
    public int index() {
        return index;
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
