package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.MemorySource;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Checks operands, and spreads the heavy kernels over threads: a product by its output rows, attention by its tokens and groups of heads, a norm
 * by its rows. Whatever is too small for that runs on the caller. Feed-forward and heads are made of products here.
 *
 * <p>The operands of the running call stand in fields, so that no call allocates.
 */
abstract class PartitionedKernels implements Kernels {

    /** Multiply-adds below which waking a thread costs more than it saves. */
    private static final long WORTH_SHARING = 100_000;

    /** Rows that are shared out together, as the widest product takes them. */
    private static final int ROW_STEP = 8;

    private static final FloatMatrix NOTHING = new FloatMatrix(MemorySegment.NULL, 0, 0);

    WeightMatrix weight = new F32Weights(MemorySegment.NULL, 0, 0);
    FloatMatrix input = NOTHING;
    FloatMatrix output = NOTHING;
    FloatMatrix norm = NOTHING;
    float epsilon;
    int rows;
    LatentLayer latents = LatentLayer.NONE;
    AttentionSpan span = new AttentionSpan(MemorySegment.NULL);

    final WorkerPool pool;
    private final RowLoop productRange = this::multiplySteps;
    private final RowLoop attentionRange = this::attendRange;
    private final RowLoop normRange = this::normRange;
    private final RowLoop clearRange = this::clearRows;

    PartitionedKernels(int threads, IntConsumer starting) {
        this.pool = new WorkerPool(threads, starting);
    }

    /** Told of every weight before its rows are shared out; on the caller's thread. */
    abstract void prepare(WeightMatrix matrix);

    /** Computes output rows {@code first} to {@code end} of {@code weight} for all {@code rows} of {@code input}. */
    abstract void multiplyRange(int first, int end);

    /** How many heads {@link #attendRange} takes together. */
    abstract int headGroup();

    /** Computes items {@code first} to {@code end} of {@code span}: a token's groups of heads, one after the other, token by token. */
    abstract void attendRange(int first, int end);

    @Override
    public WeightMatrix arrange(WeightMatrix stored) {
        return stored;
    }

    @Override
    public WeightMatrix arrangeLast(WeightMatrix stored) {
        return stored;
    }

    @Override
    public long bytesPutOff() {
        return 0;
    }

    @Override
    public void arrangeNext() {
        // nothing is put off
    }

    @Override
    public void multiply(WeightMatrix matrix, FloatMatrix x, FloatMatrix y, int count) {
        checkProduct(matrix, x, y, count);
        prepare(matrix);
        weight = matrix;
        input = x;
        output = y;
        rows = count;
        int steps = Math.ceilDiv(matrix.rows(), ROW_STEP);
        share(productRange, steps, steps, (long) matrix.rows() * matrix.columns() * count);
    }

    private void multiplySteps(int first, int end) {
        multiplyRange(first * ROW_STEP, Math.min(weight.rows(), end * ROW_STEP));
    }

    @Override
    public void multiplyHeads(List<WeightMatrix> weights, List<FloatMatrix> x, List<FloatMatrix> y, int count) {
        for (int head = 0; head < weights.size(); head++) {
            multiply(weights.get(head), x.get(head), y.get(head), count);
        }
    }

    @Override
    public final void feedForward(ExpertBatch batch, FloatMatrix x, FloatMatrix y, int count) {
        requireRows(x, count);
        requireRows(y, count);
        output = y;
        share(clearRange, count, count / pool.threads(), (long) count * y.columns());
        addExperts(batch, x, y);
    }

    private void clearRows(int first, int end) {
        for (int row = first; row < end; row++) {
            output.clearRow(row);
        }
    }

    /** Adds what the batch gives to y. */
    void addExperts(ExpertBatch batch, FloatMatrix x, FloatMatrix y) {
        for (int expert = 0; expert < batch.size(); expert++) {
            addExpert(batch, expert, x, y);
        }
    }

    /** One SwiGLU of a batch, by plain products. */
    final void addExpert(ExpertBatch batch, int expert, FloatMatrix x, FloatMatrix y) {
        SwiGluWeights weights = batch.weights(expert);
        int first = batch.start(expert);
        int count = batch.count(expert);
        for (int i = 0; i < count; i++) {
            batch.gathered().copyRowFrom(x, batch.row(first + i), i);
        }
        ExpertBatch.Windows between = batch.windows(weights.width());
        multiply(weights.gate(), batch.gathered(), between.gated(), count);
        multiply(weights.up(), batch.gathered(), between.raised(), count);
        swiGlu(between.gated(), between.raised(), count);
        multiply(weights.down(), between.gated(), batch.computed(), count);
        for (int i = 0; i < count; i++) {
            addScaled(batch.computed(), i, batch.factor(first + i), y, batch.row(first + i));
        }
    }

    @Override
    public final void attend(LatentLayer layer, AttentionSpan tokens, FloatMatrix query, FloatMatrix out) {
        LatentLayer.Geometry geometry = layer.geometry();
        int heads = layer.heads();
        require(
                query.columns() == heads * geometry.tokenWidth(),
                "query",
                query.columns(),
                heads * geometry.tokenWidth());
        require(out.columns() == heads * geometry.valueWidth(), "output", out.columns(), heads * geometry.valueWidth());
        require(query.stride() == query.columns(), "query's row", query.stride(), query.columns());
        require(out.stride() == out.columns(), "output's row", out.stride(), out.columns());
        select(layer, tokens, query, out);
        shareAttention();
    }

    @Override
    public final void attendExpanded(
            LatentLayer layer, AttentionSpan tokens, LatentHeads heads, FloatMatrix query, FloatMatrix out) {
        int count = layer.heads();
        require(
                query.columns() == count * heads.queryWidth(layer),
                "query",
                query.columns(),
                count * heads.queryWidth(layer));
        require(out.columns() == count * heads.valueWidth(), "output", out.columns(), count * heads.valueWidth());
        select(layer, tokens, query, out);
        attendHeads(heads);
    }

    private void select(LatentLayer layer, AttentionSpan tokens, FloatMatrix query, FloatMatrix out) {
        requireRows(query, tokens.firstRow() + tokens.rows());
        requireRows(out, tokens.firstRow() + tokens.rows());
        latents = layer;
        span = tokens;
        input = query;
        output = out;
    }

    /** Computes the attention of {@code span} from {@code input} into {@code output}, expanded. */
    abstract void attendHeads(LatentHeads heads);

    /** Spreads the attention of {@code span} over the threads. */
    void shareAttention() {
        int heads = latents.heads();
        int groups = Math.ceilDiv(heads, headGroup());
        // a chunk that ends between two tokens reads each latent once for all its heads
        int chunk = span.rows() >= pool.threads() ? groups : Math.ceilDiv(groups, pool.threads());
        long work = 2L
                * span.rows()
                * heads
                * (span.firstPosition() + 1)
                * latents.geometry().tokenWidth();
        share(attentionRange, span.rows() * groups, chunk, work);
    }

    @Override
    public final void rmsNorm(FloatMatrix x, FloatMatrix weights, float added, FloatMatrix y, int count) {
        requireRows(x, count);
        requireRows(y, count);
        requireColumns("x", x, weights.columns());
        requireColumns("y", y, weights.columns());
        input = x;
        norm = weights;
        epsilon = added;
        output = y;
        share(normRange, count, count / pool.threads(), (long) count * weights.columns());
    }

    /** Norms rows {@code first} to {@code end} of {@code input} by {@code norm} and {@code epsilon} into {@code output}. */
    abstract void normRange(int first, int end);

    @Override
    public MemorySource memory() {
        return MemorySource.PLAIN;
    }

    @Override
    public void forRows(int count, RowLoop body) {
        pool.run(body, count, Math.max(1, count / pool.threads()));
    }

    final void share(RowLoop task, int count, int chunk, long work) {
        if (work < WORTH_SHARING) {
            task.run(0, count);
        } else {
            pool.run(task, count, Math.max(1, chunk));
        }
    }

    static void checkProduct(WeightMatrix matrix, FloatMatrix x, FloatMatrix y, int count) {
        require(x.columns() == matrix.columns(), "x", x.columns(), matrix.columns());
        require(y.columns() == matrix.rows(), "y", y.columns(), matrix.rows());
        requireRows(x, count);
        requireRows(y, count);
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
