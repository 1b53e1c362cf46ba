package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.quantization.DeferredWeights;
import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Interleaved weights against {@link ScalarKernels}, which sees them as stored. Inputs that 8 bits hold exactly must give the oracle's
 * sums up to float32 rounding; any others what rounding them can cost at most.
 */
@ParameterizedClass
@MethodSource("implementations")
class TiledKernelParityTests {

    private static final int GROUP = 32;
    private static final int MOST = 127;
    private static final float ROUNDING = 4e-6f;
    private static final List<Integer> TOKENS = List.of(1, 2, 3, 5, 8, 9, 17, 67);
    private static final List<Integer> ROWS = List.of(1, 15, 16, 33, 64);

    @Parameter
    private Subject subject;

    private final Random random = new Random(Long.getLong("perigee.test.seed", 13));
    private final Operands operands = new Operands();
    private final Kernels oracle = new ScalarKernels(1);
    private Kernels kernels = oracle;

    static Stream<Subject> implementations() {
        return Subject.compiled();
    }

    @BeforeEach
    void open() {
        kernels = subject.opener().apply(1);
    }

    @AfterEach
    void close() {
        kernels.close();
        oracle.close();
        operands.close();
    }

    /** One weight of every format that has tiles. */
    private List<WeightMatrix> stored(int rows, int columns) {
        return List.of(
                operands.int4(rows, columns),
                operands.wild(GgufFormat.Q4_0, rows, columns),
                operands.wild(GgufFormat.Q8_0, rows, columns),
                operands.wild(GgufFormat.Q4_K, rows, columns),
                operands.wild(GgufFormat.Q6_K, rows, columns));
    }

    private FloatMatrix zeros(int rows, int columns) {
        return operands.matrix(rows, columns, () -> 0);
    }

    private FloatMatrix gaussian(int rows, int columns) {
        return operands.matrix(rows, columns, random::nextGaussian);
    }

    /** Whole numbers up to 127, each group with one of these, times a power of two a group. */
    private FloatMatrix exact(int tokens, int columns) {
        FloatMatrix x = zeros(tokens, columns);
        for (int t = 0; t < tokens; t++) {
            for (int c = 0; c < columns; c++) {
                int whole = c % GROUP == 7 ? MOST : random.nextInt(2 * MOST + 1) - MOST;
                x.set(t, c, Math.scalb((float) whole, (t + c / GROUP) % 5 - 8));
            }
        }
        return x;
    }

    private WeightMatrix arranged(WeightMatrix stored) {
        WeightMatrix arranged = kernels.arrange(stored);
        kernels.arrangeNext();
        WeightMatrix tiles = ((DeferredWeights) arranged).current();
        assertThat(tiles).isInstanceOf(TiledWeights.class);
        return operands.alone((TiledWeights) tiles);
    }

    @Test
    void weightWhenArrangedHoldsTheSameNumbers() {
        for (int rows : ROWS) {
            for (WeightMatrix stored : stored(rows, 512)) {
                WeightMatrix tiles = arranged(stored);
                float[] wanted = new float[512];
                float[] found = new float[512];
                for (int r = 0; r < rows; r++) {
                    stored.decodeRow(r, wanted);
                    tiles.decodeRow(r, found);
                    assertThat(found).as("%s row %d", tiles, r).containsExactly(wanted);
                }
            }
        }
    }

    @Test
    void productWhenInputsFitEightBitsEqualsOracle() {
        for (int tokens : TOKENS) {
            int rows = ROWS.get(random.nextInt(ROWS.size()));
            for (WeightMatrix stored : stored(rows, 512)) {
                requireClose(stored, exact(tokens, 512), tokens, 0);
            }
        }
        for (int columns : List.of(32, 96, 544)) {
            requireClose(operands.wild(GgufFormat.Q4_0, 20, columns), exact(3, columns), 3, 0);
            requireClose(operands.int4(20, columns), exact(3, columns), 3, 0);
        }
    }

    @Test
    void productWhenInputsAreRoundedIsOffByNoMoreThanRounding() {
        for (WeightMatrix stored : stored(48, 768)) {
            requireClose(stored, gaussian(11, 768), 11, 0.5f / MOST);
        }
    }

    /** The bound is the largest input of a group times {@code step} for each weight, plus float32 rounding of the sum. */
    private void requireClose(WeightMatrix stored, FloatMatrix x, int tokens, float step) {
        FloatMatrix wanted = zeros(tokens, stored.rows());
        FloatMatrix found = zeros(tokens, stored.rows());
        oracle.multiply(stored, x, wanted, tokens);
        kernels.multiply(arranged(stored), x, found, tokens);
        float[] row = new float[stored.columns()];
        for (int r = 0; r < stored.rows(); r++) {
            stored.decodeRow(r, row);
            for (int t = 0; t < tokens; t++) {
                assertThat(Math.abs(found.get(t, r) - wanted.get(t, r)))
                        .as("%s token %d row %d: %s, oracle %s", stored, t, r, found.get(t, r), wanted.get(t, r))
                        .isLessThanOrEqualTo(bound(row, x, t, step));
            }
        }
    }

    private static float bound(float[] row, FloatMatrix x, int token, float step) {
        float bound = 0;
        for (int first = 0; first < row.length; first += GROUP) {
            float largest = 0;
            float weights = 0;
            for (int i = first; i < first + GROUP; i++) {
                largest = Math.max(largest, Math.abs(x.get(token, i)));
                weights += Math.abs(row[i]);
            }
            // a minimum is subtracted from sums as large as this
            bound += weights * largest * (step * 1.01f + 4 * ROUNDING);
        }
        return bound;
    }

    @Test
    void productWhenTokensAreTogetherIsTheSameBitsAsAlone() {
        for (WeightMatrix stored : stored(40, 512)) {
            WeightMatrix tiles = arranged(stored);
            FloatMatrix x = gaussian(70, 512);
            FloatMatrix together = zeros(70, 40);
            kernels.multiply(tiles, x, together, 70);
            for (int t = 0; t < 70; t++) {
                FloatMatrix row = zeros(1, 512);
                row.copyRowFrom(x, t, 0);
                FloatMatrix alone = zeros(1, 40);
                kernels.multiply(tiles, row, alone, 1);
                for (int r = 0; r < 40; r++) {
                    assertThat(together.get(t, r)).isEqualTo(alone.get(0, r));
                }
            }
        }
    }

    @Test
    void productWhenAnInputIsNoNumberIsNone() {
        WeightMatrix tiles = arranged(operands.wild(GgufFormat.Q4_0, 20, 64));
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            FloatMatrix x = gaussian(3, 64);
            x.set(1, 40, wrong);
            FloatMatrix y = zeros(3, 20);
            kernels.multiply(tiles, x, y, 3);
            for (int r = 0; r < 20; r++) {
                assertThat(y.get(0, r)).isFinite();
                assertThat(y.get(1, r)).isNaN();
                assertThat(y.get(2, r)).isFinite();
            }
        }
    }

    @Test
    void productWhenInputsAreTinyOrHugeStaysFinite() {
        WeightMatrix tiles = arranged(operands.wild(GgufFormat.Q8_0, 16, 64));
        for (float value : new float[] {0, -0f, Float.MIN_VALUE, 1e-38f, 1e30f}) {
            FloatMatrix y = zeros(1, 16);
            kernels.multiply(tiles, operands.matrix(1, 64, () -> value), y, 1);
            for (int r = 0; r < 16; r++) {
                assertThat(y.get(0, r)).isFinite();
            }
        }
    }

    @Test
    void headsWhenTogetherEqualTheirProducts() {
        List<WeightMatrix> tiles = IntStream.range(0, 5)
                .mapToObj(head -> arranged(operands.wild(GgufFormat.Q8_0, 24, 64)))
                .toList();
        FloatMatrix x = gaussian(9, 5 * 80);
        FloatMatrix y = zeros(9, 5 * 30);
        List<FloatMatrix> inputs = IntStream.range(0, 5)
                .mapToObj(head -> x.columns(80 * head + 3, 64))
                .toList();
        List<FloatMatrix> outputs = IntStream.range(0, 5)
                .mapToObj(head -> y.columns(30 * head + 2, 24))
                .toList();
        kernels.multiplyHeads(tiles, inputs, outputs, 9);
        for (int head = 0; head < 5; head++) {
            FloatMatrix wanted = zeros(9, 24);
            kernels.multiply(tiles.get(head), inputs.get(head), wanted, 9);
            for (int t = 0; t < 9; t++) {
                assertThat(y.get(t, 30 * head + 1)).isZero();
                for (int r = 0; r < 24; r++) {
                    assertThat(outputs.get(head).get(t, r)).isEqualTo(wanted.get(t, r));
                }
            }
        }
    }

    /** Three experts of two widths and a shared one, against plain products whose inner rows are rounded alike. */
    @Test
    void feedForwardWhenFusedEqualsItsParts() {
        int hidden = 96;
        List<SwiGluWeights> experts = Stream.of(64, 64, 128, 32)
                .map(width -> new SwiGluWeights(
                        arranged(small(width, hidden)), arranged(small(width, hidden)), arranged(small(hidden, width))))
                .toList();
        FloatMatrix x = gaussian(21, hidden);
        FloatMatrix wanted = zeros(21, hidden);
        FloatMatrix found = gaussian(21, hidden); // to be overwritten
        FloatMatrix shared = gaussian(21, hidden);
        try (ScratchBuffers buffers = new ScratchBuffers();
                Kernels several = subject.opener().apply(3)) {
            ExpertBatch batch = new ExpertBatch(buffers, new ExpertBatch.Sizes(21, 4, 4, hidden, 128));
            fill(batch, experts);
            for (int expert = 0; expert < batch.size(); expert++) {
                ((PartitionedKernels) kernels).addExpert(batch, expert, x, wanted);
            }
            kernels.feedForward(batch, x, found, 21);
            several.feedForward(batch, x, shared, 21);
        }
        for (int t = 0; t < 21; t++) {
            for (int i = 0; i < hidden; i++) {
                float bound = 1e-5f * (1 + Math.abs(wanted.get(t, i)));
                assertThat(Math.abs(found.get(t, i) - wanted.get(t, i))).isLessThanOrEqualTo(bound);
                assertThat(shared.get(t, i)).isEqualTo(found.get(t, i));
            }
        }
    }

    private WeightMatrix small(int rows, int columns) {
        return operands.gguf(GgufFormat.Q4_0, rows, columns);
    }

    private static void fill(ExpertBatch batch, List<SwiGluWeights> experts) {
        for (int expert = 0; expert < experts.size(); expert++) {
            batch.begin(experts.get(expert));
            for (int row = expert; row < 21; row += 1 + expert % 3) {
                batch.add(row, 0.25f + row % 3);
            }
        }
    }

    @Test
    void sliceWhenItCutsATileIsRefused() {
        WeightMatrix tiles = arranged(operands.wild(GgufFormat.Q4_0, 48, 64));
        assertThat(tiles.slice(16, 32).rows()).isEqualTo(32);
        assertThatThrownBy(() -> tiles.slice(8, 16)).hasMessage("rows 8 to 24 of 48 are no whole tiles");
    }
}
