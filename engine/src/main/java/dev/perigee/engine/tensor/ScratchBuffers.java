package dev.perigee.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Hands out working memory at start, so that nothing is allocated while tokens are computed.
 *
 * <p>Threads: memory may be used from any thread; buffers are handed out by one.
 */
public final class ScratchBuffers implements AutoCloseable {

    /** A cache line, and the width of the widest vector. */
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private long bytes;

    /** A zeroed matrix of its own memory. */
    public FloatMatrix floats(int rows, int columns) {
        long size = Math.multiplyExact(Math.multiplyExact((long) rows, columns), (long) Float.BYTES);
        return new FloatMatrix(raw(size), rows, columns);
    }

    /** Zeroed memory for {@code count} ints. */
    public MemorySegment ints(int count) {
        return raw(Math.multiplyExact((long) count, (long) Integer.BYTES));
    }

    private MemorySegment raw(long size) {
        bytes = Math.addExact(bytes, size);
        return arena.allocate(size, ALIGNMENT);
    }

    /** What has been handed out so far. */
    public long bytes() {
        return bytes;
    }

    /** Gives all the memory back; views of it can no longer be read. */
    @Override
    public void close() {
        arena.close();
    }
}
