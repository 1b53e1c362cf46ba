package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The SwiGLUs of a batch whose weights are read in tiles. Three rounds of the threads: inputs are rounded; gate, up and SiLU give rounded rows, 32
 * rows of one expert an item, chunks of items from one counter; then a chunk of output rows is added up over all experts in their order.
 *
 * <p>The operands of the running call stand in fields, so that no call allocates once warm.
 */
final class TiledExperts {

    private static final long READ_ONCE_BYTES = 8 * TiledProducts.CHUNK_BYTES;
    private static final long SUM_BYTES = 512 << 10;

    private final TileKernels kernels;
    private final WorkerPool pool;
    private final PanelMemory inputMemory = new PanelMemory();
    private final PanelMemory raisedMemory = new PanelMemory();
    private final Kernels.RowLoop roundRange = this::round;
    private final Kernels.RowLoop gateRange = this::gate;
    private final Kernels.RowLoop downRange = this::down;
    private SwiGluWeights[] weights = new SwiGluWeights[0];
    private Panels[] inputs = new Panels[0];
    private Panels[] raised = new Panels[0];
    private int[] roundStarts = new int[1]; // item at which each expert's panels begin
    private int[] gateStarts = new int[1]; // item at which each expert's groups of rows begin
    private int size;
    private FloatMatrix x = new FloatMatrix(MemorySegment.NULL, 0, 0);
    private FloatMatrix y = x;

    TiledExperts(TileKernels kernels, WorkerPool pool) {
        this.kernels = kernels;
        this.pool = pool;
    }

    /** Whether this runs such weights. */
    static boolean runs(SwiGluWeights candidate) {
        TileFormat gate = TileFormat.of(candidate.gate());
        return gate != null
                && gate == TileFormat.of(candidate.up())
                && TileFormat.of(candidate.down()) != null
                && candidate.width() % TileFormat.GROUP == 0;
    }

    /** Adds what such SwiGLUs of the batch give. */
    void add(ExpertBatch batch, FloatMatrix from, FloatMatrix to) {
        x = from;
        y = to;
        select(batch);
        if (size == 0) {
            return;
        }
        place(batch);
        pool.run(roundRange, roundStarts[size], Panels.TOKENS);
        pool.run(gateRange, gateStarts[size], gateChunk());
        int least = TiledProducts.tilesIn(TiledProducts.LEAST_BYTES, downBytes());
        int most = downChunk();
        pool.run(downRange, TileFormat.tiles(weights[0].down().rows()), Math.min(least, most), most);
    }

    /** Bytes of one tile of every expert's down. */
    private long downBytes() {
        long bytes = 0;
        for (int i = 0; i < size; i++) {
            WeightMatrix down = weights[i].down();
            bytes += TileArrangement.format(down).tileBytes(down.columns());
        }
        return bytes;
    }

    private void select(ExpertBatch batch) {
        grow(batch.sizes().experts());
        size = 0;
        for (int expert = 0; expert < batch.size(); expert++) {
            if (!runs(batch.weights(expert))) {
                continue;
            }
            weights[size] = batch.weights(expert);
            long slot = (long) batch.start(expert) * Integer.BYTES;
            inputs[size].place(
                    0, batch.count(expert), batch.weights(expert).gate().columns());
            inputs[size].choose(batch.rows().address() + slot, batch.factors().address() + slot);
            size++;
        }
    }

    private void grow(int experts) {
        if (weights.length >= experts) {
            return;
        }
        weights = new SwiGluWeights[experts];
        inputs = new Panels[experts];
        raised = new Panels[experts];
        for (int i = 0; i < experts; i++) {
            inputs[i] = new Panels();
            raised[i] = new Panels();
        }
        roundStarts = new int[experts + 1];
        gateStarts = new int[experts + 1];
    }

    /** Gives every expert its memory and its items. */
    private void place(ExpertBatch batch) {
        long inputBytes = 0;
        long raisedBytes = 0;
        boolean alike = batch.isOneRow();
        for (int i = 0; i < size; i++) {
            inputBytes = alike ? inputs[i].bytes() : inputBytes + inputs[i].bytes();
            raisedBytes += Panels.bytes((long) inputs[i].tokens() * weights[i].width());
        }
        long input = inputMemory.take(inputBytes);
        long output = raisedMemory.take(raisedBytes);
        for (int i = 0; i < size; i++) {
            Panels own = inputs[i];
            long rows = own.rows();
            long factors = own.factors();
            own.place(input, own.tokens(), own.columns());
            own.choose(rows, factors);
            raised[i].place(output, own.tokens(), weights[i].width());
            raised[i].choose(rows, factors);
            input += alike ? 0 : own.bytes();
            output += raised[i].bytes();
            roundStarts[i + 1] = alike ? 1 : roundStarts[i] + own.panels();
            gateStarts[i + 1] = gateStarts[i] + weights[i].width() / TileFormat.GROUP;
        }
    }

    /**
     * Items whose gate and up rows are about as many bytes as a thread takes at once: more where experts have so few tokens that their weights
     * are read once, for then what comes next within a chunk is fetched early.
     */
    private int gateChunk() {
        WeightMatrix gate = weights[0].gate();
        long tileBytes = TileArrangement.format(gate).tileBytes(gate.columns());
        long bytes = 2L * TileFormat.GROUP / TileFormat.ROWS * tileBytes;
        long most = readOnce() ? READ_ONCE_BYTES : TiledProducts.CHUNK_BYTES;
        return (int) Math.max(1, most / bytes);
    }

    private boolean readOnce() {
        return slots() <= (long) size * TiledProducts.TOKENS_READ_ONCE;
    }

    private long slots() {
        long slots = 0;
        for (int i = 0; i < size; i++) {
            slots += inputs[i].tokens();
        }
        return slots;
    }

    /** Tiles of all experts whose sums stay in the second-level cache, as each expert adds to them anew. */
    private int downChunk() {
        int tiles = TileFormat.tiles(weights[0].down().rows());
        long sums = Math.min(y.rows(), slots()) * TileFormat.ROWS * Float.BYTES;
        int share = readOnce() ? tiles : tiles / (4 * pool.threads());
        return (int) Math.max(1, Math.min(share, SUM_BYTES / sums));
    }

    /** The expert whose items hold this one. */
    private int expertOf(int[] starts, int item) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (starts[middle + 1] <= item) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void round(int first, int end) {
        for (int item = first; item < end; item++) {
            int expert = expertOf(roundStarts, item);
            int panel = item - roundStarts[expert];
            kernels.quantise(x, inputs[expert], panel, panel + 1);
        }
    }

    private void gate(int first, int end) {
        int item = first;
        while (item < end) {
            int expert = expertOf(gateStarts, item);
            int begun = gateStarts[expert];
            int last = Math.min(end, gateStarts[expert + 1]);
            kernels.gate(weights[expert], inputs[expert], raised[expert], item - begun, last - begun);
            item = last;
        }
    }

    private void down(int first, int end) {
        for (int expert = 0; expert < size; expert++) {
            kernels.add(weights[expert].down(), raised[expert], y, first, end);
        }
    }
}
