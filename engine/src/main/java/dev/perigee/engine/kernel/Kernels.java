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
     * A weight in the order in which these kernels read it fastest, for as long as they are open; the same where that is how it is
     * stored, or where memory does not suffice. The numbers stay the same.
     */
    WeightMatrix arrange(WeightMatrix stored);

    /** The same, put off: read as it is stored, to the same bits, until {@link #arrangeNext} has come to it. */
    WeightMatrix arrangeLater(WeightMatrix stored);

    /** Bytes of the weights whose arrangement is still put off. */
    long bytesPutOff();

    /** Arranges one of the weights that were put off. */
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
