package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Checks operands, and spreads the two heavy kernels over threads: a product by its output rows, attention by its (token, head) pairs.
 * Whatever is too small for that runs on the caller.
 *
 * <p>The operands of the running call stand in fields, so that no call allocates.
 */
abstract class PartitionedKernels implements Kernels {

    /** Multiply-adds below which waking a thread costs more than it saves. */
    private static final long WORTH_SHARING = 400_000;

    private static final FloatMatrix NOTHING = new FloatMatrix(MemorySegment.NULL, 0, 0);

    WeightMatrix weight = new F32Weights(MemorySegment.NULL, 0, 0);
    FloatMatrix input = NOTHING;
    FloatMatrix output = NOTHING;
    int rows;
    LatentLayer latents = new LatentLayer(MemorySegment.NULL, 0, 0, 1, 0, new LatentLayer.Geometry(0, 0, 0));
    AttentionSpan span = new AttentionSpan(MemorySegment.NULL);

    private final WorkerPool pool;
    private final WorkerPool.RangeTask productRange = this::multiplyRange;
    private final WorkerPool.RangeTask attentionRange = this::attendRange;

    PartitionedKernels(int threads) {
        this.pool = new WorkerPool(threads);
    }

    /** Told of every weight before its rows are shared out; on the caller's thread. */
    abstract void prepare(WeightMatrix matrix);

    /** Computes output rows {@code first} to {@code end} of {@code weight} for all {@code rows} of {@code input}. */
    abstract void multiplyRange(int first, int end);

    /** Computes (token, head) pairs {@code first} to {@code end} of {@code span}, a token's heads following each other. */
    abstract void attendRange(int first, int end);

    @Override
    public final void multiply(WeightMatrix matrix, FloatMatrix x, FloatMatrix y, int count) {
        require(x.columns() == matrix.columns(), "x", x.columns(), matrix.columns());
        require(y.columns() == matrix.rows(), "y", y.columns(), matrix.rows());
        requireRows(x, count);
        requireRows(y, count);
        prepare(matrix);
        weight = matrix;
        input = x;
        output = y;
        rows = count;
        share(productRange, matrix.rows(), (long) matrix.rows() * matrix.columns() * count);
    }

    @Override
    public final void attend(LatentLayer layer, AttentionSpan tokens, FloatMatrix query, FloatMatrix out) {
        LatentLayer.Geometry geometry = layer.geometry();
        require(
                query.columns() == layer.heads() * geometry.tokenWidth(),
                "query",
                query.columns(),
                layer.heads() * geometry.tokenWidth());
        require(
                out.columns() == layer.heads() * geometry.valueWidth(),
                "output",
                out.columns(),
                layer.heads() * geometry.valueWidth());
        require(query.stride() == query.columns(), "query's row", query.stride(), query.columns());
        require(out.stride() == out.columns(), "output's row", out.stride(), out.columns());
        requireRows(query, tokens.firstRow() + tokens.rows());
        requireRows(out, tokens.firstRow() + tokens.rows());
        latents = layer;
        span = tokens;
        input = query;
        output = out;
        int pairs = tokens.rows() * layer.heads();
        share(attentionRange, pairs, (long) pairs * (tokens.firstPosition() + 1) * geometry.tokenWidth() * 2);
    }

    private void share(WorkerPool.RangeTask task, int count, long work) {
        if (work < WORTH_SHARING) {
            task.run(0, count);
        } else {
            pool.run(task, count);
        }
    }

    static void requireRows(FloatMatrix matrix, int count) {
        if (count < 0 || matrix.rows() < count) {
            throw new IllegalArgumentException(count + " rows asked of a matrix with " + matrix.rows());
        }
    }

    static void requireColumns(String name, FloatMatrix matrix, int least) {
        if (matrix.columns() < least) {
            throw new IllegalArgumentException(name + " has " + matrix.columns() + " columns, at least " + least);
        }
    }

    private static void require(boolean holds, String name, int found, int wanted) {
        if (!holds) {
            throw new IllegalArgumentException(name + " has " + found + " columns, wanted are " + wanted);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
