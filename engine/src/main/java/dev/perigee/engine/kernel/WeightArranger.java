package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Interleaves weights into memory of its own while a model is loaded, and lets go of what was read of its files: no weight is held
 * twice.
 *
 * <p>Threads: one caller; the work is shared out.
 */
final class WeightArranger implements AutoCloseable {

    private final NativeLibrary library;
    private final MemorySegment arrange;
    private final WorkerPool pool;
    private final WeightMemory memory;
    private final Kernels.RowLoop tileRange = this::arrangeTiles;
    private TileFormat format = TileFormat.Q4_0;
    private MemorySegment stored = MemorySegment.NULL;
    private MemorySegment scales = MemorySegment.NULL;
    private MemorySegment target = MemorySegment.NULL;
    private int rows;
    private int columns;

    WeightArranger(NativeLibrary library, CpuIsa isa, WorkerPool pool, long maxBytes) {
        this.library = library;
        this.arrange = library.kernel(isa, "arrange_tiles");
        this.pool = pool;
        this.memory = new WeightMemory(library, maxBytes);
    }

    /** The weight in tiles, or as it is where there are none for it or memory does not suffice. */
    WeightMatrix arrange(WeightMatrix weight) {
        @Nullable TileFormat tiles = TileFormat.of(weight);
        if (tiles == null || weight.rows() == 0 || weight.columns() == 0) {
            return weight;
        }
        long tileBytes = tiles.tileBytes(weight.columns());
        @Nullable MemorySegment room = memory.take(TileFormat.tiles(weight.rows()) * tileBytes);
        if (room == null) {
            return weight;
        }
        format = tiles;
        target = room;
        rows = weight.rows();
        columns = weight.columns();
        read(weight);
        pool.run(tileRange, TileFormat.tiles(rows), (int) Math.max(1, TiledProducts.CHUNK_BYTES / tileBytes));
        forget(stored);
        forget(scales);
        return new TiledWeights(format, target, rows, columns);
    }

    private void read(WeightMatrix weight) {
        switch (weight) {
            case GgufWeights gguf -> {
                stored = gguf.data();
                scales = MemorySegment.NULL;
            }
            case PackedInt4Weights packed -> {
                stored = packed.packed();
                scales = packed.scales();
            }
            default -> throw new AssertionError(weight.getClass() + " has no tiles");
        }
    }

    private void forget(MemorySegment source) {
        if (source.isMapped()) {
            library.readThrough(source.address(), source.byteSize());
        }
    }

    private void arrangeTiles(int first, int end) {
        long tileBytes = format.tileBytes(columns);
        try {
            NativeKernels.check((int) SIGNATURES
                    .arrangeTiles()
                    .invokeExact(
                            arrange,
                            format.ordinal(),
                            stored,
                            stored.byteSize(),
                            scales,
                            scales.byteSize(),
                            columns,
                            rows,
                            first,
                            end,
                            target.asSlice(first * tileBytes),
                            target.byteSize() - first * tileBytes));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
