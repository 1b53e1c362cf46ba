package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.DeferredWeights;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Where the tiles of a weight lie: where they were interleaved once, or, of a weight that memory did not suffice for or whose turn has not
 * come, in memory of the calling thread, which they are interleaved in whenever they are read. The products are the same bits either way.
 *
 * <p>Threads: any.
 */
final class TileSource {

    private final TileArrangement arrangement;
    private final ThreadLocal<PanelMemory> own = ThreadLocal.withInitial(PanelMemory::new);

    TileSource(TileArrangement arrangement) {
        this.arrangement = arrangement;
    }

    /**
     * Address of the weight's first tile, of which tiles {@code first} to {@code end} can be read until the thread asks again. The others
     * need not be there.
     */
    long address(WeightMatrix weight, int first, int end) {
        WeightMatrix current = weight instanceof DeferredWeights deferred ? deferred.current() : weight;
        if (current instanceof TiledWeights tiled) {
            return tiled.data().address();
        }
        long tileBytes = TileArrangement.format(current).tileBytes(current.columns());
        MemorySegment memory = own.get().segment((end - first) * tileBytes);
        arrangement.arrange(current, first, end, memory);
        return memory.address() - first * tileBytes;
    }
}
