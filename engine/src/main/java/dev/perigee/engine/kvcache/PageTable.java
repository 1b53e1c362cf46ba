package dev.perigee.engine.kvcache;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one sequence, in the order of its tokens.
 *
 * <p>Grown and emptied by its {@link KvCache} only. Threads: the engine's thread only.
 */
public final class PageTable {

    private final int pageTokens;
    private final List<KvPage> pages = new ArrayList<>();
    private PrefixCache.@Nullable Node kept;
    private int keptPages;

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

    /** How many of its first pages are in the tree of prefixes. */
    int keptPages() {
        return keptPages;
    }

    /** The last of them. */
    PrefixCache.@Nullable Node kept() {
        return kept;
    }

    /** The next page is in the tree, as the page of this node. */
    void keep(PrefixCache.Node node) {
        pages.set(keptPages, PrefixCache.page(node));
        kept = node;
        keptPages++;
    }

    void add(KvPage page) {
        pages.add(page);
    }

    List<KvPage> takeAll() {
        List<KvPage> taken = List.copyOf(pages);
        pages.clear();
        kept = null;
        keptPages = 0;
        return taken;
    }
}
