package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.DeferredWeights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Interleaves weights into memory of its own, while a model is loaded or later, and lets go of what was read of its files: no weight is
 * held twice.
 *
 * <p>Threads: one caller; the work is shared out.
 */
final class WeightArranger implements AutoCloseable {

    private final NativeLibrary library;
    private final TileArrangement arrangement;
    private final WorkerPool pool;
    private final WeightMemory memory;
    private final Kernels.RowLoop tileRange = this::arrangeTiles;
    private final Queue<DeferredWeights> putOff = new ArrayDeque<>();
    private long bytesPutOff;
    private WeightMatrix stored = new F32Weights(MemorySegment.NULL, 0, 0);
    private MemorySegment target = MemorySegment.NULL;
    private long tileBytes;

    WeightArranger(NativeLibrary library, TileArrangement arrangement, WorkerPool pool, long maxBytes) {
        this.library = library;
        this.arrangement = arrangement;
        this.pool = pool;
        this.memory = new WeightMemory(library, maxBytes);
    }

    /** The weight in tiles, or as it is where there are none for it or memory does not suffice. */
    WeightMatrix arrange(WeightMatrix weight) {
        @Nullable TileFormat tiles = TileFormat.of(weight);
        if (tiles == null || weight instanceof TiledWeights) {
            return weight;
        }
        tileBytes = tiles.tileBytes(weight.columns());
        @Nullable MemorySegment room = memory.take(TileFormat.tiles(weight.rows()) * tileBytes);
        if (room == null) {
            return weight;
        }
        stored = weight;
        target = room;
        int count = TileFormat.tiles(weight.rows());
        pool.run(tileRange, count, (int) Math.max(1, TiledProducts.CHUNK_BYTES / tileBytes));
        forget(TileArrangement.quants(weight));
        forget(TileArrangement.scales(weight));
        return new TiledWeights(tiles, room, weight.rows(), weight.columns());
    }

    /** The weight as it is, in tiles once its turn has come. */
    WeightMatrix arrangeLater(WeightMatrix weight) {
        if (TileFormat.of(weight) == null) {
            return weight;
        }
        DeferredWeights deferred = new DeferredWeights(weight);
        putOff.add(deferred);
        bytesPutOff += weight.bytes();
        return deferred;
    }

    long bytesPutOff() {
        return bytesPutOff;
    }

    /** Interleaves the weight that has been put off longest, where memory suffices. */
    void arrangeNext() {
        @Nullable DeferredWeights next = putOff.poll();
        if (next == null) {
            return;
        }
        bytesPutOff -= next.bytes();
        if (arrange(next.current()) instanceof TiledWeights tiles) {
            next.move(tiles);
        }
    }

    private void arrangeTiles(int first, int end) {
        arrangement.arrange(stored, first, end, target.asSlice(first * tileBytes));
    }

    private void forget(MemorySegment source) {
        if (source.isMapped()) {
            library.readThrough(source.address(), source.byteSize());
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
