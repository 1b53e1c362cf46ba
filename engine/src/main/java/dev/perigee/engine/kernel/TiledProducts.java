package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Products with weights that are read in tiles: inputs are rounded to 8 bits once, then threads take a few tiles at a time.
 *
 * <p>The operands of the running call stand in fields, so that no call allocates.
 */
final class TiledProducts {

    /** Most bytes of weights that a thread takes at once where they are read again and again, from the second-level cache. */
    static final long CHUNK_BYTES = 256 << 10;

    /** Least bytes that it takes at once where they are read once, from memory: every begin costs some latency. */
    static final long LEAST_BYTES = 64 << 10;

    /** With more tokens the kernels go over the weights again. */
    static final int TOKENS_READ_ONCE = 64;

    private static final int HEADS = 8;

    private final TileKernels kernels;
    private final WorkerPool pool;
    private final PanelMemory memory = new PanelMemory();
    private final Panels panels = new Panels();
    private final ThreadLocal<Panels> headPanels = ThreadLocal.withInitial(Panels::new);
    private final Kernels.RowLoop roundRange = this::round;
    private final Kernels.RowLoop tileRange = this::multiplyTiles;
    private final Kernels.RowLoop headRange = this::multiplyHead;
    private WeightMatrix weight = new F32Weights(MemorySegment.NULL, 0, 0);
    private FloatMatrix input = new FloatMatrix(MemorySegment.NULL, 0, 0);
    private FloatMatrix output = input;
    private List<WeightMatrix> headWeights = List.of();
    private List<FloatMatrix> headInputs = List.of();
    private List<FloatMatrix> headOutputs = List.of();
    private int rows;
    private long headAddress;

    TiledProducts(TileKernels kernels, WorkerPool pool) {
        this.kernels = kernels;
        this.pool = pool;
    }

    void multiply(WeightMatrix matrix, FloatMatrix x, FloatMatrix y, int count) {
        weight = matrix;
        input = x;
        output = y;
        panels.place(memory.take(Panels.bytes((long) count * matrix.columns())), count, matrix.columns());
        pool.run(roundRange, panels.panels(), Panels.TOKENS);
        long tileBytes = TileArrangement.format(matrix).tileBytes(matrix.columns());
        int tiles = TileFormat.tiles(matrix.rows());
        if (count > TOKENS_READ_ONCE) {
            pool.run(tileRange, tiles, tilesIn(CHUNK_BYTES, tileBytes));
        } else {
            pool.run(tileRange, tiles, tilesIn(LEAST_BYTES, tileBytes), Integer.MAX_VALUE);
        }
    }

    /** Whole tiles in so many bytes, but at least one. */
    static int tilesIn(long bytes, long tileBytes) {
        return (int) Math.max(1, bytes / tileBytes);
    }

    private void round(int first, int end) {
        kernels.quantise(input, panels, first, end);
    }

    private void multiplyTiles(int first, int end) {
        kernels.multiply(weight, panels, output, first, end);
    }

    /** One head after the other on each thread; all have the same columns. */
    void multiplyHeads(List<WeightMatrix> weights, List<FloatMatrix> x, List<FloatMatrix> y, int count) {
        headWeights = weights;
        headInputs = x;
        headOutputs = y;
        rows = count;
        headAddress = memory.take(Panels.bytes((long) count * weights.getFirst().columns()) * weights.size());
        pool.run(headRange, weights.size(), HEADS);
    }

    private void multiplyHead(int first, int end) {
        Panels own = headPanels.get();
        for (int head = first; head < end; head++) {
            WeightMatrix matrix = headWeights.get(head);
            long offset = Panels.bytes((long) rows * matrix.columns()) * head;
            own.place(headAddress + offset, rows, matrix.columns());
            kernels.quantise(headInputs.get(head), own, 0, own.panels());
            kernels.multiply(matrix, own, headOutputs.get(head), 0, TileFormat.tiles(matrix.rows()));
        }
    }

    /** Whether all of them are read in tiles. */
    static boolean run(List<WeightMatrix> weights) {
        for (int i = 0; i < weights.size(); i++) {
            if (TileFormat.of(weights.get(i)) == null) {
                return false;
            }
        }
        return !weights.isEmpty();
    }
}
