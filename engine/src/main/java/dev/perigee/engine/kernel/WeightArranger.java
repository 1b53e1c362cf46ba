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
 * Interleaves weights into memory of its own, one at a time, and lets go of what was read of its files: no weight is held twice.
 *
 * <p>Threads: one caller; the work is shared out.
 */
final class WeightArranger implements AutoCloseable {

    private final NativeLibrary library;
    private final TileArrangement arrangement;
    private final WorkerPool pool;
    private final WeightMemory memory;
    private final Kernels.RowLoop tileRange = this::arrangeTiles;
    private final Queue<DeferredWeights> first = new ArrayDeque<>();
    private final Queue<DeferredWeights> last = new ArrayDeque<>();
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

    /** The weight as it is, in tiles once its turn has come: before all those of {@link #arrangeLast}. */
    WeightMatrix arrange(WeightMatrix weight) {
        return arrange(weight, first);
    }

    WeightMatrix arrangeLast(WeightMatrix weight) {
        return arrange(weight, last);
    }

    private WeightMatrix arrange(WeightMatrix weight, Queue<DeferredWeights> queue) {
        if (TileFormat.of(weight) == null) {
            return weight;
        }
        DeferredWeights deferred = new DeferredWeights(weight);
        queue.add(deferred);
        bytesPutOff += weight.bytes();
        return deferred;
    }

    long bytesPutOff() {
        return bytesPutOff;
    }

    /** Interleaves the weight whose turn it is, where memory suffices. */
    void arrangeNext() {
        @Nullable DeferredWeights next = first.isEmpty() ? last.poll() : first.poll();
        if (next == null) {
            return;
        }
        bytesPutOff -= next.bytes();
        move(next, next.current());
    }

    private void move(DeferredWeights deferred, WeightMatrix weight) {
        TileFormat tiles = TileArrangement.format(weight);
        tileBytes = tiles.tileBytes(weight.columns());
        int count = TileFormat.tiles(weight.rows());
        @Nullable MemorySegment room = memory.take(count * tileBytes);
        if (room == null) {
            return;
        }
        stored = weight;
        target = room;
        pool.run(tileRange, count, TiledProducts.tilesIn(TiledProducts.CHUNK_BYTES, tileBytes));
        deferred.move(new TiledWeights(tiles, room, weight.rows(), weight.columns()));
        forget(TileArrangement.quants(weight));
        forget(TileArrangement.scales(weight));
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
