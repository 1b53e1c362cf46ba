package dev.perigee.engine.attention;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a step belong to which sequence. Filled anew for every step, read by every layer.
 *
 * <p>Threads: the engine's thread only.
 */
public final class StepLayout {

    private final @Nullable PageTable[] tables;
    private final int[] firstRows;
    private final int[] firstPositions;
    private final int[] rowCounts;
    private @Nullable KvCache cache;
    private int slices;
    private int rows;

    /** Room for steps of at most {@code maxStepTokens}. */
    public StepLayout(int maxStepTokens) {
        this.tables = new @Nullable PageTable[maxStepTokens];
        this.firstRows = new int[maxStepTokens];
        this.firstPositions = new int[maxStepTokens];
        this.rowCounts = new int[maxStepTokens];
    }

    /** Forgets the last step. */
    public void begin(KvCache stepCache) {
        for (int i = 0; i < slices; i++) {
            tables[i] = null;
        }
        cache = stepCache;
        slices = 0;
        rows = 0;
    }

    /** The next {@code count} rows are consecutive tokens of one sequence. */
    public void add(PageTable table, int firstPosition, int count) {
        tables[slices] = table;
        firstRows[slices] = rows;
        firstPositions[slices] = firstPosition;
        rowCounts[slices] = count;
        slices++;
        rows += count;
    }

    /** The cache of this step. */
    KvCache cache() {
        KvCache current = cache;
        if (current == null) {
            throw new AssertionError("no step has begun");
        }
        return current;
    }

    PageTable table(int slice) {
        PageTable table = tables[slice];
        if (table == null) {
            throw new AssertionError("slice " + slice + " of " + slices);
        }
        return table;
    }

    /** How many sequences have rows. */
    int slices() {
        return slices;
    }

    /** How many rows there are. */
    public int rows() {
        return rows;
    }

    int firstRow(int slice) {
        return firstRows[slice];
    }

    int firstPosition(int slice) {
        return firstPositions[slice];
    }

    int rows(int slice) {
        return rowCounts[slice];
    }
}
