package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Plain Java in float32, from the weights as stored: what every other implementation is compared with. The latent cache is float32
 * too.
 */
public final class ScalarKernels extends PartitionedKernels {

    /** Bound of the float32 copies of weights that are kept: enough for the bundled model, little for a big one. */
    private static final long MAX_KEPT_BYTES = 256L << 20;

    private final DecodedRows decoded = new DecodedRows(MAX_KEPT_BYTES);
    private final ThreadLocal<ScalarBuffers> buffers = ThreadLocal.withInitial(ScalarBuffers::new);
    private float @Nullable [][] keptRows;

    /** Kernels on this many threads, the caller's included. */
    public ScalarKernels(int threads) {
        super(threads, number -> {});
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public DataType latentType(boolean quantised) {
        return DataType.F32;
    }

    @Override
    void prepare(WeightMatrix matrix) {
        keptRows = decoded.prepare(matrix);
    }

    @Override
    void multiplyRange(int first, int end) {
        int columns = weight.columns();
        ScalarBuffers own = buffers.get();
        float[][] x = own.inputs(rows, columns);
        for (int token = 0; token < rows; token++) {
            input.copyRow(token, x[token], columns);
        }
        float[] products = own.products(columns);
        float[] space = own.row(columns);
        for (int i = first; i < end; i++) {
            float[] row = decodedRow(i, space);
            for (int token = 0; token < rows; token++) {
                output.set(token, i, ScalarMath.dot(row, x[token], columns, products));
            }
        }
    }

    private float[] decodedRow(int row, float[] space) {
        float[][] kept = keptRows;
        if (kept != null) {
            return kept[row];
        }
        weight.decodeRow(row, space);
        return space;
    }

    @Override
    int headGroup() {
        return 1;
    }

    @Override
    void attendRange(int first, int end) {
        requireFloats();
        int heads = latents.heads();
        int pair = first;
        while (pair < end) {
            int token = pair / heads;
            int firstHead = pair % heads;
            int count = Math.min(heads - firstHead, end - pair);
            attendToken(token, firstHead, count);
            pair += count;
        }
    }

    private void attendToken(int token, int firstHead, int count) {
        int width = latents.geometry().tokenWidth();
        int positions = span.firstPosition() + token + 1;
        ScalarBuffers own = buffers.get();
        float[][] query = own.inputs(count, width);
        float[][] scores = own.scores(count, positions);
        float[] latent = own.row(width);
        int row = span.firstRow() + token;
        for (int head = 0; head < count; head++) {
            input.copyRow(row, (firstHead + head) * width, query[head], width);
        }
        float[] products = own.products(width);
        for (int position = 0; position < positions; position++) {
            span.copyLatent(latents, position, latent);
            for (int head = 0; head < count; head++) {
                scores[head][position] = ScalarMath.dot(latent, query[head], width, products)
                        * latents.geometry().scale();
            }
        }
        weighValues(row, firstHead, count, positions);
    }

    private void weighValues(int row, int firstHead, int count, int positions) {
        int width = latents.geometry().valueWidth();
        ScalarBuffers own = buffers.get();
        float[][] scores = own.scores(count, positions);
        float[][] sums = own.outputs(count, width);
        float[] latent = own.row(latents.geometry().tokenWidth());
        for (int head = 0; head < count; head++) {
            ScalarMath.softmax(scores[head], positions);
            Arrays.fill(sums[head], 0, width, 0f);
        }
        for (int position = 0; position < positions; position++) {
            span.copyLatent(latents, position, latent);
            for (int head = 0; head < count; head++) {
                ScalarMath.addScaled(scores[head][position], latent, sums[head], width);
            }
        }
        for (int head = 0; head < count; head++) {
            output.setRow(row, (firstHead + head) * width, sums[head], width);
        }
    }

    @Override
    void attendHeads(LatentHeads heads) {
        requireFloats();
        pool.run(
                (first, end) -> {
                    ScalarExpansion expansion = new ScalarExpansion(latents, span, heads, input, output);
                    for (int head = first; head < end; head++) {
                        expansion.attend(head);
                    }
                },
                latents.heads(),
                Math.ceilDiv(latents.heads(), pool.threads()));
    }

    private void requireFloats() {
        if (latents.type() != DataType.F32) {
            throw new IllegalArgumentException("latents are " + latents.type() + ", wanted are F32");
        }
    }

    @Override
    void normRange(int first, int end) {
        int columns = norm.columns();
        for (int row = first; row < end; row++) {
            double squares = 0;
            for (int i = 0; i < columns; i++) {
                float value = input.get(row, i);
                squares += (double) value * value;
            }
            float factor = (float) (1 / Math.sqrt(squares / columns + epsilon));
            for (int i = 0; i < columns; i++) {
                output.set(row, i, input.get(row, i) * factor * norm.get(0, i));
            }
        }
    }

    @Override
    public void swiGlu(FloatMatrix gate, FloatMatrix up, int count) {
        requireRows(gate, count);
        requireRows(up, count);
        for (int row = 0; row < count; row++) {
            for (int i = 0; i < gate.columns(); i++) {
                gate.set(row, i, ScalarMath.silu(gate.get(row, i)) * up.get(row, i));
            }
        }
    }

    @Override
    public void addScaled(FloatMatrix addend, int addendRow, float factor, FloatMatrix target, int targetRow) {
        for (int i = 0; i < target.columns(); i++) {
            target.set(targetRow, i, target.get(targetRow, i) + addend.get(addendRow, i) * factor);
        }
    }
}
