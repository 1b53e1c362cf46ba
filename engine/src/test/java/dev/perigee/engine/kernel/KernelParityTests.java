package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.Bfloat16;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every implementation of {@link Kernels} must do, checked against {@link ScalarKernels} over awkward sizes and extreme values.
 * Sums may differ by rounding: by a few units in the last place of the sum of magnitudes.
 */
@ParameterizedClass
@MethodSource("implementations")
class KernelParityTests {

    private static final List<Integer> COUNTS = List.of(1, 2, 3, 4, 5, 7, 8, 9, 13, 16);
    private static final List<Integer> WIDTHS = List.of(1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 96, 100, 192, 511, 576);
    private static final float ROUNDING = 4e-6f;

    @Parameter
    private Subject subject;

    private final Random random = new Random(Long.getLong("perigee.test.seed", 11));
    private final Operands operands = new Operands();
    private final Kernels oracle = new ScalarKernels(1);
    private Kernels kernels = oracle;

    /** The oracle itself, and the C kernels of every instruction set that this CPU has. */
    static Stream<Subject> implementations() {
        return Stream.concat(Stream.of(new Subject("scalar", ScalarKernels::new)), Subject.compiled());
    }

    private Kernels open(int threads) {
        return subject.opener().apply(threads);
    }

    @BeforeEach
    void openKernels() {
        kernels = open(1);
    }

    @AfterEach
    void close() {
        kernels.close();
        oracle.close();
        operands.close();
    }

    private MemorySegment bytes(long count) {
        return operands.bytes(count);
    }

    private FloatMatrix matrix(int rows, int columns, DoubleSupplier values) {
        return operands.matrix(rows, columns, values);
    }

    private FloatMatrix gaussian(int rows, int columns) {
        return operands.matrix(rows, columns, random::nextGaussian);
    }

    private FloatMatrix zeros(int rows, int columns) {
        return operands.matrix(rows, columns, () -> 0);
    }

    private F32Weights f32(int rows, int columns, DoubleSupplier values) {
        return new F32Weights(matrix(rows, columns, values).data(), rows, columns);
    }

    private Bf16Weights bf16(int rows, int columns) {
        return new Bf16Weights(operands.halves(rows, columns, v -> Float.floatToRawIntBits(v) >>> 16), rows, columns);
    }

    private F16Weights f16(int rows, int columns) {
        return new F16Weights(operands.halves(rows, columns, v -> Float.floatToFloat16(v)), rows, columns);
    }

    private void requireSameProduct(WeightMatrix weight, FloatMatrix x, int tokens) {
        FloatMatrix wanted = zeros(tokens, weight.rows());
        FloatMatrix found = zeros(tokens, weight.rows());
        oracle.multiply(weight, x, wanted, tokens);
        kernels.multiply(weight, x, found, tokens);
        float[] row = new float[weight.columns()];
        for (int r = 0; r < weight.rows(); r++) {
            weight.decodeRow(r, row);
            for (int t = 0; t < tokens; t++) {
                float magnitude = 0;
                for (int i = 0; i < row.length; i++) {
                    magnitude += Math.abs(row[i] * x.get(t, i));
                }
                requireClose(found.get(t, r), wanted.get(t, r), ROUNDING * magnitude, weight, t, r);
            }
        }
    }

    private static void requireClose(float found, float wanted, float bound, Object what, int t, int r) {
        boolean same = Float.compare(found, wanted) == 0 || Math.abs(found - wanted) <= bound;
        if (!same) {
            throw new AssertionError("%s token %d row %d: found %s, oracle %s"
                    .formatted(what.getClass().getSimpleName(), t, r, found, wanted));
        }
    }

    @Test
    void productWhenSizesAreAwkwardEqualsOracle() {
        for (int tokens : COUNTS) {
            for (int columns : WIDTHS) {
                int rows = COUNTS.get(random.nextInt(COUNTS.size()));
                FloatMatrix x = gaussian(tokens, columns);
                requireSameProduct(f32(rows, columns, random::nextGaussian), x, tokens);
                requireSameProduct(bf16(rows, columns), x, tokens);
                requireSameProduct(f16(rows, columns), x, tokens);
            }
        }
    }

    @Test
    void productWhenGgufWeightHasNoTilesEqualsOracle() {
        for (GgufFormat format : GgufFormat.values()) {
            for (int rows : List.of(1, 7, 8, 21)) {
                WeightMatrix weight = operands.gguf(format, rows, 512);
                if (TileFormat.of(weight) == null) {
                    requireSameProduct(weight, gaussian(3, 512), 3);
                }
            }
        }
    }

    @Test
    void productWhenNothingIsAskedWritesNothing() {
        FloatMatrix y = matrix(1, 5, () -> 7);
        kernels.multiply(bf16(5, 8), gaussian(1, 8), y, 0);
        kernels.multiply(bf16(0, 8), gaussian(1, 8), zeros(1, 0), 1);
        assertThat(y.get(0, 4)).isEqualTo(7);
    }

    @Test
    void productWhenOperandsAreWindowsStaysInsideThem() {
        FloatMatrix wide = gaussian(3, 50);
        FloatMatrix target = matrix(3, 30, () -> 9);
        Bf16Weights weight = bf16(10, 20);
        kernels.multiply(weight, wide.columns(13, 20), target.columns(7, 10), 3);
        FloatMatrix wanted = zeros(3, 10);
        oracle.multiply(weight, wide.columns(13, 20), wanted, 3);
        for (int t = 0; t < 3; t++) {
            for (int i = 0; i < 30; i++) {
                float expected = i < 7 || i >= 17 ? 9 : wanted.get(t, i - 7);
                assertThat(target.get(t, i)).isCloseTo(expected, within(1e-4f));
            }
        }
    }

    @Test
    void productWhenTokensAreTogetherIsTheSameBitsAsAlone() {
        for (WeightMatrix weight : List.of(
                f32(13, 100, random::nextGaussian),
                bf16(13, 100),
                f16(21, 96),
                operands.gguf(GgufFormat.Q4_1, 21, 96))) {
            FloatMatrix x = gaussian(16, weight.columns());
            FloatMatrix together = zeros(16, weight.rows());
            kernels.multiply(weight, x, together, 16);
            for (int t = 0; t < 16; t++) {
                FloatMatrix alone = zeros(1, weight.rows());
                FloatMatrix row = zeros(1, weight.columns());
                row.copyRowFrom(x, t, 0);
                kernels.multiply(weight, row, alone, 1);
                for (int r = 0; r < weight.rows(); r++) {
                    assertThat(together.get(t, r)).isEqualTo(alone.get(0, r));
                }
            }
        }
    }

    @Test
    void productWhenHalfWeightsAreEveryBitPatternEqualsOracle() {
        int rows = 1 << 10;
        int columns = 1 << 6;
        MemorySegment data = bytes((long) rows * columns * Short.BYTES);
        for (int i = 0; i < rows * columns; i++) {
            data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        }
        FloatMatrix one = zeros(1, columns);
        for (int column = 0; column < columns; column++) {
            one.set(0, column, 1);
            requireSamePick(new F16Weights(data, rows, columns), one);
            requireSamePick(new Bf16Weights(data, rows, columns), one);
            one.set(0, column, 0);
        }
    }

    /** With one input of 1 and zeros elsewhere a finite row gives back one weight exactly; others give NaN in both. */
    private void requireSamePick(WeightMatrix weight, FloatMatrix one) {
        FloatMatrix wanted = zeros(1, weight.rows());
        FloatMatrix found = zeros(1, weight.rows());
        oracle.multiply(weight, one, wanted, 1);
        kernels.multiply(weight, one, found, 1);
        for (int r = 0; r < weight.rows(); r++) {
            requireClose(found.get(0, r), wanted.get(0, r), 0, weight, 0, r);
        }
    }

    @Test
    void productWhenValuesAreExtremeEqualsOracle() {
        List<Float> extremes = List.of(
                0f,
                -0f,
                Float.MIN_VALUE,
                -Float.MIN_NORMAL,
                1e-20f,
                -1e20f,
                1f,
                3e18f,
                Float.POSITIVE_INFINITY,
                Float.NaN);
        for (float weight : extremes) {
            for (float input : extremes) {
                requireSameProduct(f32(5, 19, () -> weight), matrix(2, 19, () -> input), 2);
            }
        }
    }

    @Test
    void normWhenSizesAreAwkwardEqualsOracle() {
        for (int columns : WIDTHS) {
            FloatMatrix x = gaussian(3, columns + 2);
            FloatMatrix weight = gaussian(1, columns);
            FloatMatrix wanted = zeros(3, columns);
            FloatMatrix found = zeros(3, columns);
            oracle.rmsNorm(x, weight, 1e-5f, wanted, 3);
            kernels.rmsNorm(x, weight, 1e-5f, found, 3);
            requireClose(found, wanted, 2e-6f);
            FloatMatrix inPlace = x.columns(0, columns);
            kernels.rmsNorm(inPlace, weight, 1e-5f, inPlace, 3);
            requireClose(inPlace, wanted, 2e-6f);
        }
    }

    @Test
    void swiGluWhenValuesAreExtremeEqualsOracle() {
        for (int columns : WIDTHS) {
            DoubleSupplier wild = () -> random.nextGaussian() * Math.pow(10, random.nextInt(4) - 1);
            FloatMatrix gate = matrix(2, columns, wild);
            FloatMatrix wanted = zeros(2, columns);
            wanted.copyRowFrom(gate, 0, 0);
            wanted.copyRowFrom(gate, 1, 1);
            FloatMatrix up = gaussian(2, columns);
            oracle.swiGlu(wanted, up, 2);
            kernels.swiGlu(gate, up, 2);
            requireClose(gate, wanted, 1e-6f);
        }
    }

    @Test
    void additionWhenSizesAreAwkwardEqualsOracle() {
        for (int columns : WIDTHS) {
            FloatMatrix addend = gaussian(3, columns);
            FloatMatrix found = gaussian(2, columns);
            FloatMatrix wanted = zeros(2, columns);
            wanted.copyRowFrom(found, 0, 0);
            wanted.copyRowFrom(found, 1, 1);
            oracle.addScaled(addend, 2, 0.7f, wanted, 1);
            kernels.addScaled(addend, 2, 0.7f, found, 1);
            requireClose(found, wanted, 1e-6f);
        }
    }

    private static void requireClose(FloatMatrix found, FloatMatrix wanted, float relative) {
        for (int r = 0; r < wanted.rows(); r++) {
            for (int c = 0; c < wanted.columns(); c++) {
                float bound = relative * Math.max(1, Math.abs(wanted.get(r, c)));
                requireClose(found.get(r, c), wanted.get(r, c), bound, wanted, r, c);
            }
        }
    }

    @Test
    void attentionWhenSizesAreAwkwardEqualsOracle() {
        for (int heads : List.of(1, 2, 3, 6, 11, 17, 32)) {
            for (int value : List.of(1, 5, 8, 12, 33, 40, 64)) {
                requireSameAttention(new AttentionCase(heads, value + random.nextInt(9), value, 4, 0, 9));
                requireSameAttention(new AttentionCase(heads, value + 8, value, 8, 130, 2));
            }
        }
        requireSameAttention(new AttentionCase(6, 576, 512, 64, 300, 3));
        requireSameAttention(new AttentionCase(64, 576, 512, 48, 290, 1));
    }

    private void requireSameAttention(AttentionCase shape) {
        LatentLayer layer = shape.layer(operands, random);
        AttentionSpan span = shape.span(operands);
        FloatMatrix query =
                AttentionCase.rounded(operands, random, shape.rows() + 2, shape.heads() * shape.tokenWidth());
        FloatMatrix wanted = zeros(shape.rows() + 2, shape.heads() * shape.valueWidth());
        FloatMatrix found = zeros(shape.rows() + 2, shape.heads() * shape.valueWidth());
        oracle.attend(layer, span, query, wanted);
        kernels.attend(layer, span, query, found);
        requireClose(found, wanted, 1e-5f);
        kernels.attend(AttentionCase.asCached(layer, kernels, operands), span, query, found);
        requireClose(found, wanted, weightsAreRounded() ? 1.5e-2f : 1e-5f);
    }

    /** Where the CPU multiplies bfloat16, weights of positions are rounded to it, by up to 2^-9 of each. */
    private boolean weightsAreRounded() {
        return kernels.name().equals("native-" + CpuIsa.AVX512.label());
    }

    @Test
    void attentionWhenSharedOutIsTheSameBits() {
        requireSameBitsWhenShared(21, 40);
        for (int position : List.of(40, 255, 256, 1300)) {
            requireSameBitsWhenShared(1, position);
        }
    }

    private void requireSameBitsWhenShared(int rows, int firstPosition) {
        AttentionCase shape = new AttentionCase(39, 576, 512, 64, firstPosition, rows);
        LatentLayer cached = AttentionCase.asCached(shape.layer(operands, random), kernels, operands);
        FloatMatrix query = gaussian(shape.rows() + 2, shape.heads() * shape.tokenWidth());
        FloatMatrix one = zeros(shape.rows() + 2, shape.heads() * shape.valueWidth());
        FloatMatrix shared = zeros(shape.rows() + 2, shape.heads() * shape.valueWidth());
        kernels.attend(cached, shape.span(operands), query, one);
        try (Kernels several = open(3)) {
            several.attend(cached, shape.span(operands), query, shared);
        }
        for (int r = 0; r < one.rows(); r++) {
            for (int c = 0; c < one.columns(); c++) {
                assertThat(shared.get(r, c)).isEqualTo(one.get(r, c));
            }
        }
    }

    @Test
    void attentionWhenScoresAreFarApartStaysFinite() {
        AttentionCase shape = new AttentionCase(2, 16, 8, 4, 70, 1);
        LatentLayer layer = shape.layer(operands, random);
        FloatMatrix query = matrix(3, 32, () -> Bfloat16.value(Bfloat16.bits((float) random.nextGaussian() * 500)));
        FloatMatrix wanted = zeros(3, 16);
        FloatMatrix found = zeros(3, 16);
        oracle.attend(layer, shape.span(operands), query, wanted);
        kernels.attend(AttentionCase.asCached(layer, kernels, operands), shape.span(operands), query, found);
        requireClose(found, wanted, weightsAreRounded() ? 1e-2f : 1e-3f);
    }
}
