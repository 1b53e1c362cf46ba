package dev.perigee.engine.attention;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import java.util.Arrays;
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
    private final int[] logitRows;
    private @Nullable KvCache cache;
    private int slices;
    private int rows;

    /** Room for steps of at most {@code maxStepTokens}. */
    public StepLayout(int maxStepTokens) {
        this.tables = new @Nullable PageTable[maxStepTokens];
        this.firstRows = new int[maxStepTokens];
        this.firstPositions = new int[maxStepTokens];
        this.rowCounts = new int[maxStepTokens];
        this.logitRows = new int[maxStepTokens];
    }

    /** Forgets the last step. */
    public void begin(KvCache stepCache) {
        Arrays.fill(tables, 0, slices, null);
        cache = stepCache;
        slices = 0;
        rows = 0;
    }

    /** The next {@code count} rows are consecutive tokens of one sequence; logits are wanted for the last {@code wanted} of them. */
    public void add(PageTable table, int firstPosition, int count, int wanted) {
        tables[slices] = table;
        firstRows[slices] = rows;
        firstPositions[slices] = firstPosition;
        rowCounts[slices] = count;
        logitRows[slices] = wanted;
        slices++;
        rows += count;
    }

    /** Leaves those rows alone whose logits are wanted, in their order, and tells of every one that changes its place. */
    public void keepLogitRows(RowMove moved) {
        int all = slices;
        slices = 0;
        rows = 0;
        for (int slice = 0; slice < all; slice++) {
            int left = rowCounts[slice] - logitRows[slice];
            if (logitRows[slice] > 0) {
                int from = firstRows[slice] + left;
                int position = firstPositions[slice] + left;
                for (int i = 0; from != rows && i < logitRows[slice]; i++) {
                    moved.move(from + i, rows + i, position + i);
                }
                add(table(slice), position, logitRows[slice], logitRows[slice]);
            }
        }
        Arrays.fill(tables, slices, all, null);
    }

    /** Takes row {@code from}, which stands at {@code position}, to row {@code to}, which comes before it. */
    @FunctionalInterface
    public interface RowMove {
        void move(int from, int to, int position);
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
