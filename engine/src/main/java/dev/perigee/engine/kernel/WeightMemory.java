package dev.perigee.engine.kernel;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory for interleaved weights: taken from the system in large pieces of huge pages, handed out in small ones, given back together.
 *
 * <p>Threads: one.
 */
final class WeightMemory implements AutoCloseable {

    private static final long PIECE_BYTES = 1L << 30;
    private static final long ALIGNMENT = 64;
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";
    private static final int KIBI = 1024;
    private static final int KEPT_FREE = 10;

    private final NativeLibrary library;
    private final Arena arena = Arena.ofShared();
    private MemorySegment piece = MemorySegment.NULL;
    private final long maxBytes;
    private long bytes;
    private long used;

    /** @param maxBytes more than this is never handed out */
    WeightMemory(NativeLibrary library, long maxBytes) {
        this.library = library;
        this.maxBytes = maxBytes;
    }

    /** What the system says it can give, less a tenth; no bound where it does not say. */
    static long available() {
        try {
            for (String line : Files.exists(MEMORY) ? Files.readAllLines(MEMORY) : List.<String>of()) {
                if (line.startsWith(AVAILABLE)) {
                    long free = Long.parseLong(line.replaceAll("\\D", "")) * KIBI;
                    return free - free / KEPT_FREE;
                }
            }
        } catch (IOException e) {
            throw new ModelLoadException(MEMORY.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
        return Long.MAX_VALUE;
    }

    /** Zeroed memory, or {@code null} where the bound or the system does not allow it. */
    @Nullable
    MemorySegment take(long size) {
        long whole = Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
        if (whole > maxBytes - bytes) {
            return null;
        }
        if (piece.byteSize() - used < whole) {
            @Nullable MemorySegment next = library.reserve(Math.max(PIECE_BYTES, whole), arena);
            if (next == null) {
                return null;
            }
            piece = next;
            used = 0;
        }
        MemorySegment part = piece.asSlice(used, size);
        used += whole;
        bytes += whole;
        return part;
    }

    @Override
    public void close() {
        arena.close();
    }
}
