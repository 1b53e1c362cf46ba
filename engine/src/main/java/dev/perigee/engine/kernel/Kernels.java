package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.MemorySource;
import java.util.List;

/**
 * The inner loops.
 *
 * <p>Invariants: every result is a fixed sum of its own inputs. It does not depend on how many rows are computed together, nor on the
 * number of threads, so a sequence gets the same bits alone or in a batch.
 *
 * <p>Threads: one caller at a time; an implementation may spread a call over threads of its own.
 */
public interface Kernels extends AutoCloseable {

    /** What runs, for logs and reports: {@code scalar}, {@code native-avx2} … */
    String name();

    /**
     * What these kernels keep the latent cache as: F32 or BF16.
     *
     * @param quantised whether the model's attention is quantised, so that its inputs are rounded anyway
     */
    DataType latentType(boolean quantised);

    /**
     * A weight that is read as it is stored until {@link #arrangeNext} has come to it, and from then on, for as long as these kernels are open, in
     * the order in which they read it fastest. It stays as it is where that is this order, or where memory does not suffice. Results are the
     * same bits either way.
     */
    WeightMatrix arrange(WeightMatrix stored);

    /** The same for one that few tokens need: its turn comes after all those of {@link #arrange}. */
    WeightMatrix arrangeLast(WeightMatrix stored);

    /** Bytes of the weights whose turn has not come. */
    long bytesPutOff();

    /** Arranges the weight whose turn it is. */
    void arrangeNext();

    /**
     * y = x · weightᵀ.
     *
     * <p>Shapes: x (rows, weight.columns), y (rows, weight.rows); both may be wider windows' views; they must not overlap.
     */
    void multiply(WeightMatrix weight, FloatMatrix x, FloatMatrix y, int rows);

    /**
     * y[h] = x[h] · weights[h]ᵀ for every head h; as {@link #multiply}.
     */
    void multiplyHeads(List<WeightMatrix> weights, List<FloatMatrix> x, List<FloatMatrix> y, int rows);

    /**
     * Each row of y becomes the sum of factor · down( silu(gate(x)) · up(x) ) over the slots of the batch that are this row's.
     *
     * <p>Shapes: x and y (rows, hiddenSize). A row's sum runs over its SwiGLUs in an order that depends on these alone.
     */
    void feedForward(ExpertBatch batch, FloatMatrix x, FloatMatrix y, int rows);

    /**
     * Root-mean-square norm over the columns of {@code weight}: y = x / sqrt(mean(x²) + epsilon) · weight.
     *
     * <p>Shapes: x and y (rows, at least weight.columns), weight (1, columns); x and y may be the same.
     */
    void rmsNorm(FloatMatrix x, FloatMatrix weight, float epsilon, FloatMatrix y, int rows);

    /** gate = silu(gate) · up, element by element over the columns of {@code gate}. */
    void swiGlu(FloatMatrix gate, FloatMatrix up, int rows);

    /** One row of target += one row of addend · factor, over the columns of {@code target}. */
    void addScaled(FloatMatrix addend, int addendRow, float factor, FloatMatrix target, int targetRow);

    /**
     * Absorbed latent attention of consecutive tokens of one sequence, each over all positions up to its own.
     *
     * <p>Shapes: query (rows, heads · tokenWidth), output (rows, heads · valueWidth); rows counted from {@code span.firstRow()}. Scores
     * are scaled dot products over tokenWidth; values are the first valueWidth elements of what is cached.
     */
    void attend(LatentLayer latents, AttentionSpan span, FloatMatrix query, FloatMatrix output);

    /**
     * The same in its expanded form: each head's keys and values are made of all latents first, so that scores and sums are as narrow as a head.
     * Fewer operations where many tokens see the same positions; other bits than {@link #attend}, and where these kernels multiply bfloat16 the
     * heads' weights are rounded to it.
     *
     * <p>Shapes: query (rows, heads · (qkNopeHeadDim + qkRopeHeadDim)), each head's rotated part last; output (rows, heads · vHeadDim).
     */
    void attendExpanded(
            LatentLayer latents, AttentionSpan span, LatentHeads heads, FloatMatrix query, FloatMatrix output);

    /** Where memory comes from that these kernels read much of. */
    MemorySource memory();

    /** Runs a loop body over rows 0 to {@code count}, shared out over the threads; no row may depend on another. */
    void forRows(int count, RowLoop body);

    /** A loop body over rows {@code first} to {@code end}. */
    interface RowLoop {
        void run(int first, int end);
    }

    /** Ends the threads. */
    @Override
    void close();
}
