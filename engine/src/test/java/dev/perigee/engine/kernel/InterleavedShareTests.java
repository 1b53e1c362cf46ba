package dev.perigee.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.quantization.DeferredWeights;
import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import java.util.ArrayList;
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

/** How many weights memory suffices to interleave decides about speed alone: the bits are the same with all, none, and some of them. */
@ParameterizedClass
@MethodSource("implementations")
class InterleavedShareTests {

    private static final int TOKENS = 19;

    @Parameter
    private Subject subject;

    private final Random random = new Random(Long.getLong("perigee.test.seed", 17));
    private final Operands operands = new Operands();
    private Kernels kernels = new ScalarKernels(1);

    static Stream<Subject> implementations() {
        return Subject.compiled();
    }

    @BeforeEach
    void open() {
        kernels.close();
        kernels = subject.opener().apply(3);
    }

    @AfterEach
    void close() {
        kernels.close();
        operands.close();
    }

    /** Every format with awkward rows, those without tiles too. */
    private List<WeightMatrix> stored(int rows) {
        List<WeightMatrix> all = new ArrayList<>(List.of(operands.int4(rows, 544), operands.int4(rows, 512)));
        for (GgufFormat format : GgufFormat.values()) {
            all.add(operands.wild(format, rows, 512));
        }
        return all;
    }

    private WeightMatrix arranged(WeightMatrix stored) {
        WeightMatrix weight = kernels.arrange(stored);
        kernels.arrangeNext();
        return weight;
    }

    @Test
    void weightsThatAreReadAlwaysHaveTheirTurnFirst() {
        WeightMatrix stored = operands.wild(GgufFormat.Q4_0, 16, 64);
        DeferredWeights last = (DeferredWeights) kernels.arrangeLast(stored);
        DeferredWeights first = (DeferredWeights) kernels.arrange(stored);
        kernels.arrangeNext();
        assertThat(first.current()).isInstanceOf(TiledWeights.class);
        assertThat(last.current()).isSameAs(stored);
        kernels.arrangeNext();
        assertThat(last.current()).isInstanceOf(TiledWeights.class);
    }

    private FloatMatrix zeros(int rows, int columns) {
        return operands.matrix(rows, columns, () -> 0);
    }

    private FloatMatrix gaussian(int columns) {
        return operands.matrix(TOKENS, columns, random::nextGaussian);
    }

    private static void requireSameBits(FloatMatrix found, FloatMatrix wanted, Object what) {
        for (int r = 0; r < wanted.rows(); r++) {
            for (int c = 0; c < wanted.columns(); c++) {
                assertThat(Float.floatToIntBits(found.get(r, c)))
                        .as("%s row %d column %d: %s, interleaved %s", what, r, c, found.get(r, c), wanted.get(r, c))
                        .isEqualTo(Float.floatToIntBits(wanted.get(r, c)));
            }
        }
    }

    @Test
    void productWhenWeightIsAsStoredIsTheSameBits() {
        for (int rows : List.of(1, 15, 33, 64, 1100)) {
            for (WeightMatrix stored : stored(rows)) {
                for (int tokens : List.of(1, TOKENS)) {
                    FloatMatrix x = gaussian(stored.columns());
                    FloatMatrix wanted = zeros(tokens, rows);
                    FloatMatrix found = zeros(tokens, rows);
                    kernels.multiply(arranged(stored), x, wanted, tokens);
                    kernels.multiply(stored, x, found, tokens);
                    requireSameBits(found, wanted, stored);
                }
            }
        }
    }

    @Test
    void productWhenArrangementIsPutOffIsTheSameBitsBeforeAndAfter() {
        for (WeightMatrix stored : stored(33)) {
            FloatMatrix x = gaussian(stored.columns());
            FloatMatrix wanted = zeros(TOKENS, 33);
            kernels.multiply(stored, x, wanted, TOKENS);
            WeightMatrix later = kernels.arrangeLast(stored);
            long putOff = kernels.bytesPutOff();
            requireSameBits(product(later, x), wanted, "put off: " + stored);
            kernels.arrangeNext();
            requireSameBits(product(later, x), wanted, "arranged: " + stored);
            boolean tiled = later instanceof DeferredWeights deferred && deferred.current() instanceof TiledWeights;
            assertThat(putOff).isEqualTo(tiled ? stored.bytes() : 0);
            assertThat(kernels.bytesPutOff()).isZero();
        }
    }

    private FloatMatrix product(WeightMatrix weight, FloatMatrix x) {
        FloatMatrix y = zeros(TOKENS, weight.rows());
        kernels.multiply(weight, x, y, TOKENS);
        return y;
    }

    @Test
    void headsWhenSomeAreAsStoredAreTheSameBits() {
        List<WeightMatrix> stored = IntStream.range(0, 11)
                .<WeightMatrix>mapToObj(head -> operands.wild(GgufFormat.Q8_0, 24, 64))
                .toList();
        List<WeightMatrix> arranged = stored.stream().map(this::arranged).toList();
        List<WeightMatrix> mixed = IntStream.range(0, 11)
                .mapToObj(head -> (head % 3 == 0 ? arranged : stored).get(head))
                .toList();
        FloatMatrix x = gaussian(11 * 64);
        FloatMatrix wanted = heads(arranged, x);
        requireSameBits(heads(mixed, x), wanted, "some");
        requireSameBits(heads(stored, x), wanted, "none");
    }

    private FloatMatrix heads(List<WeightMatrix> weights, FloatMatrix x) {
        FloatMatrix y = zeros(TOKENS, 11 * 24);
        kernels.multiplyHeads(
                weights,
                IntStream.range(0, 11).mapToObj(h -> x.columns(64 * h, 64)).toList(),
                IntStream.range(0, 11).mapToObj(h -> y.columns(24 * h, 24)).toList(),
                TOKENS);
        return y;
    }

    @Test
    void feedForwardWhenSomeExpertsAreAsStoredIsTheSameBits() {
        for (WeightMatrix kind : stored(1)) {
            requireSameFeedForward(experts(kind, kind));
            requireSameFeedForward(experts(kind, operands.wild(GgufFormat.Q6_K, 1, 512)));
        }
    }

    /** Experts of this format whose down projections have that one. */
    private List<SwiGluWeights> experts(WeightMatrix kind, WeightMatrix down) {
        return Stream.of(512, 512, 256, 512, 256)
                .map(width -> new SwiGluWeights(like(kind, width, 512), like(kind, width, 512), like(down, 512, width)))
                .toList();
    }

    private WeightMatrix like(WeightMatrix kind, int rows, int columns) {
        return kind instanceof GgufWeights gguf
                ? operands.gguf(gguf.format(), rows, columns)
                : operands.int4(rows, columns);
    }

    private void requireSameFeedForward(List<SwiGluWeights> stored) {
        FloatMatrix x = gaussian(512);
        List<SwiGluWeights> arranged = stored.stream()
                .map(expert -> arranged(expert, true, true, true))
                .toList();
        List<SwiGluWeights> some = IntStream.range(0, stored.size())
                .mapToObj(i -> arranged(stored.get(i), i % 2 == 0, i == 0, i > 1))
                .toList();
        FloatMatrix wanted = fedForward(arranged, x);
        requireSameBits(fedForward(some, x), wanted, stored.getFirst() + ", some");
        requireSameBits(fedForward(stored, x), wanted, stored.getFirst() + ", none");
    }

    private SwiGluWeights arranged(SwiGluWeights expert, boolean gate, boolean up, boolean down) {
        return new SwiGluWeights(
                gate ? arranged(expert.gate()) : expert.gate(),
                up ? arranged(expert.up()) : expert.up(),
                down ? arranged(expert.down()) : expert.down());
    }

    private FloatMatrix fedForward(List<SwiGluWeights> experts, FloatMatrix x) {
        FloatMatrix y = zeros(TOKENS, 512);
        try (ScratchBuffers buffers = new ScratchBuffers()) {
            ExpertBatch batch = new ExpertBatch(buffers, new ExpertBatch.Sizes(TOKENS, 5, 5, 512, 512));
            for (int expert = 0; expert < experts.size(); expert++) {
                batch.begin(experts.get(expert));
                for (int row = expert; row < TOKENS; row += 1 + expert % 3) {
                    batch.add(row, 0.25f + row % 3);
                }
            }
            kernels.feedForward(batch, x, y, TOKENS);
        }
        return y;
    }

    @Test
    void weightWhenMemoryDoesNotSufficeStaysAsStored() {
        NativeLibrary library = NativeLibrary.packed().orElseThrow();
        CpuIsa isa = CpuIsa.ofLabel(subject.name().substring("native-".length()));
        WeightMatrix stored = operands.wild(GgufFormat.Q4_0, 16, 64);
        try (Kernels narrow = new NativeKernels(library, isa, 1, 600)) {
            DeferredWeights fits = (DeferredWeights) narrow.arrange(stored);
            DeferredWeights tooMuch = (DeferredWeights) narrow.arrange(stored);
            narrow.arrangeNext();
            narrow.arrangeNext();
            assertThat(fits.current()).isInstanceOf(TiledWeights.class);
            assertThat(tooMuch.current()).isSameAs(stored);
        }
    }
}
