package dev.perigee.engine.kvcache;

import dev.perigee.engine.tensor.Bfloat16;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The latent cache of all sequences: one stretch of memory, cut into pages that are handed out and taken back.
 *
 * <p>The memory is taken at construction. Threads: the engine's thread only, except {@link #freePages()}.
 */
public final class KvCache implements AutoCloseable {

    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final KvLayout layout;
    private final MemorySegment memory;
    private final KvPage[] freeStack;
    private final int pageCount;
    private volatile int free;

    /** A cache of {@code pageCount} pages, all free. */
    public KvCache(KvLayout layout, int pageCount) {
        if (pageCount < 1) {
            throw new IllegalArgumentException("pageCount is " + pageCount + ", at least 1");
        }
        this.layout = layout;
        this.pageCount = pageCount;
        this.memory = arena.allocate(Math.multiplyExact(layout.pageBytes(), (long) pageCount), ALIGNMENT);
        this.freeStack = new KvPage[pageCount];
        for (int i = 0; i < pageCount; i++) {
            freeStack[pageCount - 1 - i] = new KvPage(i);
        }
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

    /** How many pages nobody holds. Any thread may ask. */
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

    /** Takes all pages of the table back at once. */
    public void release(PageTable table) {
        for (KvPage page : table.takeAll()) {
            if (page.letGo()) {
                putFree(page);
            }
        }
    }

    private KvPage takeFree() {
        KvPage page = freeStack[free - 1];
        free = free - 1;
        page.hold();
        return page;
    }

    private void putFree(KvPage page) {
        freeStack[free] = page;
        free = free + 1;
    }

    /** Gives the memory back to the machine. */
    @Override
    public void close() {
        arena.close();
    }
}
