package dev.perigee.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.kernel.KernelPreference;
import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.kvcache.PageTable;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.ScratchBuffers;
import dev.perigee.engine.testing.Forward;
import dev.perigee.engine.testing.ReferenceTransformer;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransformerTests {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long WARM_UP_NANOS = 30_000_000_000L;
    private static final int DECODED = 100;
    private static final int[] TOKENS = new Random(7).ints(90, 0, 320).toArray();

    @TempDir
    Path folder;

    static Transformer scalar(Path folder, int maxStepTokens) {
        return Transformer.load(
                folder, new TransformerOptions(KernelOptions.of(KernelPreference.SCALAR), maxStepTokens, 0));
    }

    private void logitsEqualReference(TinyCheckpoint checkpoint) throws IOException {
        checkpoint.writeTo(folder);
        try (ReferenceTransformer reference = new ReferenceTransformer(folder);
                Transformer transformer = scalar(folder, 128)) {
            double[][] wanted = reference.logits(TOKENS);
            float[][] found = Forward.logits(transformer, TOKENS, 64);
            for (int t = 0; t < TOKENS.length; t++) {
                assertThat(largestDifference(found[t], wanted[t]))
                        .as("position %d", t)
                        .isLessThan(2e-5);
            }
        }
    }

    private static double largestDifference(float[] found, double[] wanted) {
        assertThat(found).hasSameSizeAs(wanted);
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - wanted[i]));
        }
        return largest;
    }

    @Test
    void logitsWhenModelIsKimiK2EqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(1));
    }

    @Test
    void logitsWhenQueryIsNotCompressedEqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(2).with("q_lora_rank", "null").with("rope_scaling", "null"));
    }

    @Test
    void logitsWhenExpertsFormGroupsEqualExpandedReference() throws IOException {
        logitsEqualReference(new TinyCheckpoint(3)
                .with("n_group", "4")
                .with("topk_group", "2")
                .with("n_shared_experts", "2")
                .withPlainExperts());
    }

    /** The engine computes attention absorbed, the reference expanded. */
    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void logitsWhenAttentionIsAbsorbedAreThoseOfTheExpandedFormAtAnyDepth(KernelPreference preference)
            throws IOException {
        deepCheckpoint().writeTo(folder);
        int[] tokens = new Random(8).ints(4_096, 0, 320).toArray();
        try (ReferenceTransformer reference = new ReferenceTransformer(folder);
                Transformer transformer = load(KernelOptions.of(preference))) {
            double[][] wanted = reference.logits(tokens);
            float[][] found = Forward.logits(transformer, tokens, 128);
            for (int depth : new int[] {1, 200, 4_096}) {
                double distance = distance(found[depth - 1], wanted[depth - 1]);
                System.out.printf("absorbed and expanded at depth %d, %s: %.1e%n", depth, preference, distance);
                assertThat(distance).as("depth %d", depth).isLessThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void logitsWhenPromptsAreExpandedAreThoseOfTheExpandedForm(KernelPreference preference) throws IOException {
        deepCheckpoint().writeTo(folder);
        int[] tokens = new Random(8).ints(1_500, 0, 320).toArray();
        TransformerOptions options = new TransformerOptions(KernelOptions.of(preference), 1_024, 0);
        try (ReferenceTransformer reference = new ReferenceTransformer(folder);
                Transformer absorbed = Transformer.load(folder, options);
                Transformer expanded = Transformer.load(folder, options.withExpandedPrompts(true))) {
            double[][] wanted = reference.logits(tokens);
            float[][] found = Forward.logits(expanded, tokens, 1_024);
            float[][] plain = Forward.logits(absorbed, tokens, 1_024);
            assertThat(found[1_023]).as("expanded is computed otherwise").isNotEqualTo(plain[1_023]);
            for (int depth : new int[] {1, 200, 1_024, 1_500}) {
                assertThat(distance(found[depth - 1], wanted[depth - 1]))
                        .as("depth %d", depth)
                        .isLessThan(1e-4);
            }
            assertThat(distance(besideAnother(expanded, tokens), wanted[1_022])).isLessThan(1e-4);
        }
    }

    /** Logits of the last of 1,023 tokens in whose step another sequence decodes. */
    private static float[] besideAnother(Transformer transformer, int[] tokens) {
        try (KvCache cache = transformer.newCache(16L << 20);
                ScratchBuffers buffers = new ScratchBuffers()) {
            FloatMatrix logits = buffers.floats(2, transformer.vocabularySize());
            transformer.forward(
                    new StepPlan(List.of(
                            new StepPlan.Slice(reserved(cache, 1), new int[] {5}, 0, StepPlan.Logits.LAST),
                            new StepPlan.Slice(
                                    reserved(cache, 1_023), Arrays.copyOf(tokens, 1_023), 0, StepPlan.Logits.LAST))),
                    cache,
                    logits);
            return Forward.row(logits, 1);
        }
    }

    /** A long context; every token goes to every expert, so that rounding changes no choice. */
    private static TinyCheckpoint deepCheckpoint() {
        return new TinyCheckpoint(9)
                .with("num_experts_per_tok", "8")
                .with("num_hidden_layers", "2")
                .with("max_position_embeddings", "8192")
                .withPlainExperts();
    }

    private static double distance(float[] found, double[] wanted) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < wanted.length; i++) {
            difference += (found[i] - wanted[i]) * (found[i] - wanted[i]);
            size += wanted[i] * wanted[i];
        }
        return Math.sqrt(difference / size);
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void logitsWhenTokensAreCutIntoStepsAreTheSameBits(KernelPreference preference) throws IOException {
        new TinyCheckpoint(4).writeTo(folder);
        try (Transformer transformer = load(KernelOptions.of(preference))) {
            float[][] whole = Forward.logits(transformer, TOKENS, 90);
            assertThat(Forward.logits(transformer, TOKENS, 1)).isDeepEqualTo(whole);
            assertThat(Forward.logits(transformer, TOKENS, 7)).isDeepEqualTo(whole);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void logitsWhenOtherSequencesShareTheStepAreTheSameBits(KernelPreference preference) throws IOException {
        new TinyCheckpoint(5).writeTo(folder);
        try (Transformer transformer = load(KernelOptions.of(preference));
                KvCache cache = transformer.newCache(16L << 20);
                ScratchBuffers buffers = new ScratchBuffers()) {
            float[][] alone = Forward.logits(transformer, TOKENS, 90);
            FloatMatrix logits = buffers.floats(8, transformer.vocabularySize());
            PageTable first = reserved(cache, 90);
            PageTable other = reserved(cache, 90);
            PageTable third = reserved(cache, 90);
            transformer.forward(
                    new StepPlan(List.of(
                            new StepPlan.Slice(other, new int[] {1, 2, 3}, 0, StepPlan.Logits.NONE),
                            new StepPlan.Slice(first, Arrays.copyOf(TOKENS, 80), 0, StepPlan.Logits.LAST))),
                    cache,
                    logits);
            assertThat(Forward.row(logits, 0)).containsExactly(alone[79]);
            StepPlan mixed = new StepPlan(List.of(
                    new StepPlan.Slice(third, new int[] {9}, 0, StepPlan.Logits.LAST),
                    new StepPlan.Slice(first, Arrays.copyOfRange(TOKENS, 80, 83), 80, StepPlan.Logits.ALL),
                    new StepPlan.Slice(other, new int[] {4, 5}, 3, StepPlan.Logits.LAST)));
            transformer.forward(mixed, cache, logits);
            assertThat(mixed.firstLogitRow(1)).isEqualTo(1);
            assertThat(mixed.logitRows()).isEqualTo(5);
            for (int i = 0; i < 3; i++) {
                assertThat(Forward.row(logits, 1 + i)).containsExactly(alone[80 + i]);
            }
            assertThat(Forward.row(logits, 4))
                    .containsExactly(Forward.logits(transformer, new int[] {1, 2, 3, 4, 5}, 5)[4]);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void logitsWhenThreadsShareTheWorkAreTheSameBits(KernelPreference preference) throws IOException {
        new TinyCheckpoint(6)
                .with("hidden_size", "512")
                .with("intermediate_size", "1056")
                .writeTo(folder);
        try (Transformer one = load(KernelOptions.of(preference));
                Transformer three = load(KernelOptions.of(preference).withThreads(3))) {
            assertThat(Forward.logits(three, TOKENS, 90)).isDeepEqualTo(Forward.logits(one, TOKENS, 90));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KernelPreference.class,
            names = {"SCALAR", "AUTO"})
    void thousandStepsWhenWarmAllocateNothingOnTheHeap(KernelPreference preference) throws IOException {
        new TinyCheckpoint(7).writeTo(folder);
        try (Transformer transformer = load(KernelOptions.of(preference).withThreads(2));
                KvCache cache = transformer.newCache(1L << 20);
                ScratchBuffers buffers = new ScratchBuffers()) {
            FloatMatrix logits = buffers.floats(8, transformer.vocabularySize());
            PageTable table = reserved(cache, TOKENS.length + DECODED);
            StepPlan prompts = new StepPlan(List.of(
                    new StepPlan.Slice(table, TOKENS, 0, StepPlan.Logits.LAST),
                    new StepPlan.Slice(reserved(cache, 4), new int[] {1, 2, 3}, 0, StepPlan.Logits.ALL)));
            StepPlan[] decode = IntStream.range(0, DECODED)
                    .mapToObj(i -> plan(table, TOKENS.length + i, i))
                    .toArray(StepPlan[]::new);
            long[] workers = kernelThreads();
            assertThat(workers).isNotEmpty();
            long deadline = System.nanoTime() + WARM_UP_NANOS;
            long allocated = Long.MAX_VALUE;
            while (allocated > 0 && System.nanoTime() < deadline) {
                long before = allocated(workers);
                transformer.forward(prompts, cache, logits);
                for (int i = 0; i < 1_000; i++) {
                    transformer.forward(decode[i % DECODED], cache, logits);
                }
                allocated = allocated(workers) - before;
            }
            assertThat(allocated).isZero();
        }
    }

    private static long[] kernelThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("perigee-kernel-"))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    /** Bytes of the heap that this thread and those have taken so far. */
    private static long allocated(long[] threads) {
        long sum = THREADS.getCurrentThreadAllocatedBytes();
        for (long thread : threads) {
            sum += THREADS.getThreadAllocatedBytes(thread);
        }
        return sum;
    }

    @Test
    void forwardWhenPlanBreaksABoundIsRefusedByName() throws IOException {
        new TinyCheckpoint(8).writeTo(folder);
        try (Transformer transformer = scalar(folder, 4);
                KvCache cache = transformer.newCache(1L << 20);
                ScratchBuffers buffers = new ScratchBuffers()) {
            FloatMatrix logits = buffers.floats(1, transformer.vocabularySize());
            PageTable table = reserved(cache, 300);
            assertThatThrownBy(() -> transformer.forward(plan(table, 0, 320), cache, logits))
                    .hasMessage("token id is 320, 0 to 319");
            assertThatThrownBy(() -> transformer.forward(plan(table, 0, 1, 2, 3, 4, 5), cache, logits))
                    .hasMessage("plan tokens is 5, at most 4");
            assertThatThrownBy(() -> transformer.forward(plan(table, 256, 1), cache, logits))
                    .hasMessage("positions is 257, at most 256");
        }
    }

    @Test
    void contextWhenOptionsAskForLessIsTheirs() throws IOException {
        new TinyCheckpoint(8).writeTo(folder);
        KernelOptions kernels = KernelOptions.of(KernelPreference.SCALAR);
        try (Transformer less = Transformer.load(folder, new TransformerOptions(kernels, 4, 100));
                Transformer more = Transformer.load(folder, new TransformerOptions(kernels, 4, 10_000))) {
            assertThat(less.contextLength()).isEqualTo(100);
            assertThat(more.contextLength()).isEqualTo(256);
        }
    }

    private Transformer load(KernelOptions kernels) {
        return Transformer.load(folder, new TransformerOptions(kernels, 128, 0));
    }

    private static StepPlan plan(PageTable table, int position, int... tokens) {
        return new StepPlan(List.of(new StepPlan.Slice(table, tokens, position, StepPlan.Logits.LAST)));
    }

    private static PageTable reserved(KvCache cache, int tokens) {
        PageTable table = cache.newTable();
        assertThat(cache.reserve(table, tokens)).isTrue();
        return table;
    }
}
