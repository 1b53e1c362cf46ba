package dev.perigee.engine.kvcache;

import dev.perigee.engine.tensor.Bfloat16;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.MemorySource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The latent cache of all sequences: one stretch of memory, cut into pages that are handed out and taken back. Full pages stay known by the
 * tokens they hold, so that a later sequence of the same partition that begins alike takes them over; such pages count as free while no
 * sequence holds them.
 *
 * <p>The memory is taken at construction. Threads: the engine's thread only, except {@link #freePages()}.
 */
public final class KvCache implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final KvLayout layout;
    private final MemorySegment memory;
    private final KvPage[] freeStack;
    private final PrefixCache prefixes = new PrefixCache();
    private final int pageCount;
    private int unused; // pages on the stack
    private volatile int free; // those, and the ones that only the prefixes keep

    /** A cache of {@code pageCount} pages in plain memory, all free. */
    public KvCache(KvLayout layout, int pageCount) {
        this(layout, pageCount, MemorySource.PLAIN);
    }

    /** A cache of {@code pageCount} pages, all free. */
    public KvCache(KvLayout layout, int pageCount, MemorySource source) {
        if (pageCount < 1) {
            throw new IllegalArgumentException("pageCount is " + pageCount + ", at least 1");
        }
        this.layout = layout;
        this.pageCount = pageCount;
        this.memory = source.allocate(Math.multiplyExact(layout.pageBytes(), (long) pageCount), arena);
        this.freeStack = new KvPage[pageCount];
        for (int i = 0; i < pageCount; i++) {
            freeStack[pageCount - 1 - i] = new KvPage(i);
        }
        this.unused = pageCount;
        this.free = pageCount;
    }

    /** How the memory is cut. */
    public KvLayout layout() {
        return layout;
    }

    /** All the memory: (pages, layers, pageTokens, tokenWidth). */
    public MemorySegment memory() {
        return memory;
    }

    /** Keeps the first tokenWidth columns of a row at this place, counted in values, rounded to the layout's type. */
    public void write(long place, FloatMatrix source, int row) {
        int width = layout.tokenWidth();
        if (layout.type() == DataType.F32) {
            MemorySegment.copy(
                    source.data(),
                    source.index(row, 0) * Float.BYTES,
                    memory,
                    place * Float.BYTES,
                    (long) width * Float.BYTES);
            return;
        }
        for (int i = 0; i < width; i++) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, place + i, Bfloat16.bits(source.get(row, i)));
        }
    }

    /** How many pages there are. */
    public int pageCount() {
        return pageCount;
    }

    /** How many pages no sequence holds. Any thread may ask. */
    public int freePages() {
        return free;
    }

    /** A table without pages. */
    public PageTable newTable() {
        return new PageTable(layout.pageTokens());
    }

    /**
     * Gives the table pages until it can hold this many tokens.
     *
     * @return {@code false}, and nothing changed, where too few pages are free
     */
    public boolean reserve(PageTable table, int tokens) {
        int missing = layout.pagesFor(tokens) - table.size();
        if (missing > free) {
            return false;
        }
        for (int i = 0; i < missing; i++) {
            table.add(takeFree());
        }
        return true;
    }

    /**
     * Gives an empty table the pages of this partition that hold the longest beginning of these tokens.
     *
     * @param limit most tokens that are taken over
     * @return how many tokens they hold: a multiple of a page's
     */
    public int adopt(String partition, int[] tokens, int limit, PageTable table) {
        int width = layout.pageTokens();
        PrefixCache.@Nullable Node node = prefixes.root(partition);
        for (int from = 0; from + width <= limit; from += width) {
            node = prefixes.child(node, tokens, from, from + width);
            if (node == null) {
                break;
            }
            table.add(takeOver(node));
            table.keep(node);
        }
        return table.keptPages() * width;
    }

    /**
     * Lets later sequences of this partition take over the full pages among the first {@code computed} tokens. Where somebody else has computed
     * the same tokens, the table takes that page and gives its own back.
     */
    public void keep(String partition, int[] tokens, int computed, PageTable table) {
        int width = layout.pageTokens();
        for (int from = table.keptPages() * width; from + width <= computed; from += width) {
            PrefixCache.@Nullable Node last = table.kept();
            PrefixCache.Node parent = last == null ? prefixes.root(partition) : last;
            KvPage own = table.page(table.keptPages());
            PrefixCache.@Nullable Node known = prefixes.child(parent, tokens, from, from + width);
            table.keep(known == null ? prefixes.add(parent, tokens, from, from + width, own) : exchange(own, known));
        }
    }

    private PrefixCache.Node exchange(KvPage own, PrefixCache.Node known) {
        takeOver(known);
        letGo(own);
        return known;
    }

    /** One more sequence holds this page. */
    private KvPage takeOver(PrefixCache.Node node) {
        KvPage page = PrefixCache.page(node);
        if (page.holders() == 0) {
            prefixes.taken(node);
            free = free - 1;
        }
        page.hold();
        return page;
    }

    /** Takes all pages of the table back at once. */
    public void release(PageTable table) {
        for (KvPage page : table.takeAll().reversed()) {
            letGo(page);
        }
    }

    private void letGo(KvPage page) {
        if (!page.letGo()) {
            return;
        }
        free = free + 1;
        PrefixCache.@Nullable Node keeper = page.keeper();
        if (keeper == null) {
            freeStack[unused++] = page;
        } else {
            prefixes.idle(keeper);
        }
    }

    private KvPage takeFree() {
        KvPage page = unused > 0 ? freeStack[--unused] : prefixes.evict();
        free = free - 1;
        page.hold();
        return page;
    }

    /** Gives the memory back to the machine. */
    @Override
    public void close() {
        arena.close();
    }
}
