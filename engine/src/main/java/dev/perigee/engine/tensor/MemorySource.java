package dev.perigee.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where large working memory comes from. */
@FunctionalInterface
public interface MemorySource {

    /** Plain memory, aligned to a cache line. */
    MemorySource PLAIN = (bytes, arena) -> arena.allocate(bytes, 64);

    /** Zeroed memory of this many bytes for as long as the arena lives; all of it is there when the call returns. */
    MemorySegment allocate(long bytes, Arena arena);
}
