package dev.perigee.engine.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of one owner that only grows. */
final class PanelMemory {

    private static final long ALIGNMENT = 64;

    private MemorySegment memory = MemorySegment.NULL;

    /** Address of so many bytes, which hold what the last call left only where it asked for as many. */
    long take(long bytes) {
        return segment(bytes).address();
    }

    /** The memory itself, at least so many bytes. */
    MemorySegment segment(long bytes) {
        if (memory.byteSize() < bytes) {
            memory = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        }
        return memory;
    }
}
