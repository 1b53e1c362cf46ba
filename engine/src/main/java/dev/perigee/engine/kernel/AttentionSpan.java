package dev.perigee.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which rows of a step belong to one sequence, where they stand in it, and where its pages lie. Filled anew for every sequence, so
 * that nothing is allocated in a step.
 *
 * <p>Threads: written by the engine's thread between kernel calls, read by all within one.
 */
public final class AttentionSpan {

    private final MemorySegment pageIndices;
    private int firstRow;
    private int rows;
    private int firstPosition;

    /** @param pageIndices room for one int for every page of the longest sequence */
    public AttentionSpan(MemorySegment pageIndices) {
        this.pageIndices = pageIndices;
    }

    /** Chooses the rows and their place in the sequence. */
    public void select(int newFirstRow, int newRows, int newFirstPosition) {
        firstRow = newFirstRow;
        rows = newRows;
        firstPosition = newFirstPosition;
    }

    /** Says which page of the cache is the sequence's page of this number. */
    public void setPage(int number, int pageIndex) {
        pageIndices.setAtIndex(ValueLayout.JAVA_INT, number, pageIndex);
    }

    /** Which page of the cache is the sequence's page of this number. */
    public int page(int number) {
        return pageIndices.getAtIndex(ValueLayout.JAVA_INT, number);
    }

    /** Page indices as int32, in the order of the sequence. */
    public MemorySegment pageIndices() {
        return pageIndices;
    }

    /** Copies what a cache of float32 holds of the position to the front of an array. */
    void copyLatent(LatentLayer latents, int position, float[] target) {
        int width = latents.geometry().tokenWidth();
        long offset = page(position / latents.pageTokens()) * latents.pageStride()
                + latents.layerOffset()
                + (long) (position % latents.pageTokens()) * width;
        MemorySegment.copy(latents.memory(), ValueLayout.JAVA_FLOAT, offset * Float.BYTES, target, 0, width);
    }

    /** Room for how many pages there is. */
    int pages() {
        return (int) (pageIndices.byteSize() / Integer.BYTES);
    }

    /** The first row of query and output. */
    public int firstRow() {
        return firstRow;
    }

    /** How many rows. */
    public int rows() {
        return rows;
    }

    /** Where the first row's token stands in its sequence. */
    public int firstPosition() {
        return firstPosition;
    }
}
