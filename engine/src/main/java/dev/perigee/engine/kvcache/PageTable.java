package dev.perigee.engine.kvcache;

import java.util.ArrayList;
import java.util.List;

/**
 * The pages of one sequence, in the order of its tokens.
 *
 * <p>Grown and emptied by its {@link KvCache} only. Threads: the engine's thread only.
 */
public final class PageTable {

    private final int pageTokens;
    private final List<KvPage> pages = new ArrayList<>();

    PageTable(int pageTokens) {
        this.pageTokens = pageTokens;
    }

    /** How many tokens its pages can hold. */
    public int capacity() {
        return pages.size() * pageTokens;
    }

    /** How many pages it holds. */
    public int size() {
        return pages.size();
    }

    /** The page that holds the tokens from {@code number * pageTokens} on. */
    public KvPage page(int number) {
        return pages.get(number);
    }

    /** The page's place in the cache that holds this position. */
    public int pageIndexAt(int position) {
        return pages.get(position / pageTokens).index();
    }

    void add(KvPage page) {
        pages.add(page);
    }

    List<KvPage> takeAll() {
        List<KvPage> taken = List.copyOf(pages);
        pages.clear();
        return taken;
    }
}
