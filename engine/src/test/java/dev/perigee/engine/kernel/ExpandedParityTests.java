package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
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
 * Expanded attention of every implementation against that of {@link ScalarKernels}, and that against the absorbed form, which is the same sum in
 * another order.
 */
@ParameterizedClass
@MethodSource("implementations")
class ExpandedParityTests {

    private static final float ROUNDING = 2e-5f;

    /** Where values, keys and queries are rounded to bfloat16, by 2^-9 of each, and scores are as far apart as 20. */
    private static final float ROUNDED = 6e-2f;

    @Parameter
    private Subject subject;

    private final Random random = new Random(Long.getLong("perigee.test.seed", 12));
    private final Operands operands = new Operands();
    private final Kernels oracle = new ScalarKernels(1);
    private Kernels kernels = oracle;

    static Stream<Subject> implementations() {
        return KernelParityTests.implementations();
    }

    @BeforeEach
    void openKernels() {
        kernels = subject.opener().apply(1);
    }

    @AfterEach
    void close() {
        kernels.close();
        oracle.close();
        operands.close();
    }

    /** A case with the widths of a head. */
    private record Expansion(AttentionCase shape, int keyWidth, int valueWidth) {

        int queryWidth() {
            return keyWidth + shape.tokenWidth() - shape.valueWidth();
        }
    }

    private static Expansion expansion(int heads, int latent, int rotated, int page, int position, int rows) {
        return new Expansion(new AttentionCase(heads, latent + rotated, latent, page, position, rows), 24, 40);
    }

    private static List<Expansion> cases() {
        return List.of(
                expansion(1, 5, 2, 4, 0, 1),
                expansion(3, 33, 8, 4, 0, 9),
                expansion(2, 64, 16, 16, 0, 40),
                expansion(2, 48, 7, 20, 245, 33),
                expansion(5, 40, 6, 64, 250, 16),
                new Expansion(new AttentionCase(2, 576, 512, 64, 130, 150), 128, 128));
    }

    /** What is computed, but for the latents' type. */
    private record Attention(LatentLayer layer, AttentionSpan span, LatentHeads heads, FloatMatrix query) {

        void run(Kernels kernels, LatentLayer latents, FloatMatrix output) {
            kernels.attendExpanded(latents, span, heads, query, output);
        }
    }

    private Attention attention(Expansion expansion) {
        return new Attention(
                expansion.shape().layer(operands, random),
                expansion.shape().span(operands),
                heads(expansion),
                query(expansion));
    }

    private LatentHeads heads(Expansion expansion) {
        int latent = expansion.shape().valueWidth();
        return new LatentHeads(
                weights(expansion.shape().heads(), latent, expansion.keyWidth(), latent),
                weights(expansion.shape().heads(), expansion.valueWidth(), latent, latent));
    }

    private List<WeightMatrix> weights(int heads, int rows, int columns, int inputs) {
        double scale = 1 / Math.sqrt(inputs);
        return IntStream.range(0, heads)
                .<WeightMatrix>mapToObj(head -> new F32Weights(
                        operands.matrix(rows, columns, () -> random.nextGaussian() * scale)
                                .data(),
                        rows,
                        columns))
                .toList();
    }

    private FloatMatrix query(Expansion expansion) {
        int width = expansion.shape().heads() * expansion.queryWidth();
        return operands.matrix(expansion.shape().rows() + 2, width, random::nextGaussian);
    }

    private FloatMatrix output(Expansion expansion) {
        return operands.matrix(
                expansion.shape().rows() + 2, expansion.shape().heads() * expansion.valueWidth(), () -> 0);
    }

    @Test
    void expandedAttentionWhenSizesAreAwkwardEqualsOracle() {
        for (Expansion expansion : cases()) {
            Attention attention = attention(expansion);
            FloatMatrix wanted = output(expansion);
            FloatMatrix found = output(expansion);
            attention.run(oracle, attention.layer(), wanted);
            attention.run(kernels, attention.layer(), found);
            requireClose(expansion, found, wanted, ROUNDING);
            attention.run(kernels, AttentionCase.asCached(attention.layer(), kernels, operands), found);
            requireClose(expansion, found, wanted, kernels == oracle ? ROUNDING : ROUNDED);
        }
    }

    @Test
    void expandedAttentionEqualsAbsorbedAttention() {
        for (Expansion expansion : cases()) {
            Attention attention = attention(expansion);
            FloatMatrix found = output(expansion);
            attention.run(kernels, attention.layer(), found);
            requireClose(expansion, found, absorbed(expansion, attention), ROUNDING);
        }
    }

    private FloatMatrix absorbed(Expansion expansion, Attention attention) {
        AttentionCase shape = expansion.shape();
        int rows = shape.rows() + 2;
        int rotated = shape.tokenWidth() - shape.valueWidth();
        FloatMatrix taken = operands.matrix(rows, shape.heads() * shape.tokenWidth(), () -> 0);
        FloatMatrix context = operands.matrix(rows, shape.heads() * shape.valueWidth(), () -> 0);
        FloatMatrix wanted = output(expansion);
        for (int head = 0; head < shape.heads(); head++) {
            int from = head * expansion.queryWidth();
            int to = head * shape.tokenWidth();
            oracle.multiply(
                    attention.heads().keys().get(head),
                    attention.query().columns(from, expansion.keyWidth()),
                    taken.columns(to, shape.valueWidth()),
                    rows);
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < rotated; i++) {
                    taken.set(
                            row,
                            to + shape.valueWidth() + i,
                            attention.query().get(row, from + expansion.keyWidth() + i));
                }
            }
        }
        oracle.attend(attention.layer(), attention.span(), taken, context);
        for (int head = 0; head < shape.heads(); head++) {
            oracle.multiply(
                    attention.heads().values().get(head),
                    context.columns(head * shape.valueWidth(), shape.valueWidth()),
                    wanted.columns(head * expansion.valueWidth(), expansion.valueWidth()),
                    rows);
        }
        return wanted;
    }

    private static void requireClose(Expansion expansion, FloatMatrix found, FloatMatrix wanted, float bound) {
        for (int row = 2; row < wanted.rows(); row++) {
            for (int column = 0; column < wanted.columns(); column++) {
                float distance = Math.abs(found.get(row, column) - wanted.get(row, column));
                assertThat(distance)
                        .as("%s, row %d, column %d", expansion, row, column)
                        .isLessThanOrEqualTo(bound * Math.max(1, Math.abs(wanted.get(row, column))));
            }
        }
    }

    @Test
    void expandedAttentionWhenSharedOutIsTheSameBits() {
        Expansion expansion = cases().getLast();
        Attention attention = attention(expansion);
        LatentLayer cached = AttentionCase.asCached(attention.layer(), kernels, operands);
        FloatMatrix one = output(expansion);
        FloatMatrix shared = output(expansion);
        attention.run(kernels, cached, one);
        try (Kernels several = subject.opener().apply(3)) {
            attention.run(several, cached, shared);
        }
        for (int row = 0; row < one.rows(); row++) {
            for (int column = 0; column < one.columns(); column++) {
                assertThat(shared.get(row, column)).isEqualTo(one.get(row, column));
            }
        }
    }
}
