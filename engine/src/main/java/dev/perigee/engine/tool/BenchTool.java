package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.model.Transformer;
import dev.perigee.engine.model.TransformerOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Measures a model's speed: how soon it computes a first token, prefill and decode in tokens/s, the latter at each depth with each number of
 * sequences, and memory. Tokens are drawn at random, sampling is left out, and no tokenizer files are needed.
 *
 * <p>Every figure is printed as a JSON line once it is there. Decode feeds every sequence one token a step; its figure is the number of
 * sequences over the median time of a step, of the second time that all steps are run.
 */
public final class BenchTool {

    private static final double NANOS = 1e9;
    private static final int FASTEST_SHARE = 10;

    /** Until the JVM has compiled all that a prompt runs: the second is still 6 % slower than the third. */
    private static final int WARM_UPS = 2;

    private final Order order;
    private final PrintStream out;

    private BenchTool(Order order, PrintStream out) {
        this.order = order;
        this.out = out;
    }

    /**
     * What to measure.
     *
     * @param options the model and what computes it; of its bounds only what follows counts
     * @param prefill tokens of the prompt, 0 to leave prefill out; at least 0
     * @param decode steps of decode, 0 to leave it out; at least 0
     * @param depths positions that are in the cache before decode begins; each at least 0
     * @param sequences how many decode together; each at least 1
     * @param repeats how often prefill is measured; at least 1
     */
    public record Order(
            EngineOptions options,
            int prefill,
            int decode,
            List<Integer> depths,
            List<Integer> sequences,
            int repeats) {

        public Order {
            requireAtLeast(0, "prefill", prefill);
            requireAtLeast(0, "decode", decode);
            depths.forEach(depth -> requireAtLeast(0, "depth", depth));
            sequences.forEach(count -> requireAtLeast(1, "sequences", count));
            requireAtLeast(1, "repeats", repeats);
            depths = List.copyOf(depths);
            sequences = List.copyOf(sequences);
        }

        private EngineOptions boundedOptions() {
            return options.withBounds(options.bounds().withMaxContext(longest()));
        }

        private static void requireAtLeast(int least, String name, int value) {
            if (value < least) {
                throw new IllegalArgumentException(name + " is " + value + ", at least " + least);
            }
        }

        private int longest() {
            int deepest = depths.stream().mapToInt(Integer::intValue).max().orElse(0);
            return Math.max(1, Math.max(prefill, decode == 0 ? 0 : deepest + decode));
        }

        private int stepTokens() {
            int most = sequences.stream().mapToInt(Integer::intValue).max().orElse(1);
            return Math.max(most, Math.min(BenchRun.STEP_TOKENS, longest()));
        }
    }

    /**
     * Measures what the order asks for and prints it line by line.
     *
     * @throws ModelLoadException where the model cannot be loaded
     * @throws IllegalArgumentException where the order asks for more positions than the model's context holds
     */
    public static void run(Order order, PrintStream out) {
        new BenchTool(order, out).measure();
    }

    private void measure() {
        long begun = System.nanoTime();
        TransformerOptions options = order.boundedOptions().transformer(order.stepTokens());
        try (Transformer transformer = Transformer.load(order.options().model(), options)) {
            if (transformer.contextLength() < order.longest()) {
                throw new IllegalArgumentException("prefill or depth with decode takes " + order.longest()
                        + " positions, the model's context holds " + transformer.contextLength());
            }
            line(
                    "{\"measured\":\"load\",\"seconds\":%.3f,\"kernels\":\"%s\",\"threads\":%d}",
                    (System.nanoTime() - begun) / NANOS,
                    transformer.kernelName(),
                    order.options().kernels().threads());
            measureFirstToken(transformer);
            measurePrefill(transformer);
            for (int depth : order.depths()) {
                for (int count : order.sequences()) {
                    measureDecode(transformer, depth, count);
                }
            }
        }
        line("{\"measured\":\"memory\",\"peak_mebibytes\":%.1f}", PeakMemory.mebibytes());
    }

    /** Seconds from the start of this process to a first token; then what loading put off is done. */
    private void measureFirstToken(Transformer transformer) {
        try (BenchRun run = new BenchRun(transformer, 1, 1)) {
            run.prefill(1);
        }
        double first = secondsOfProcess();
        while (transformer.loadMore()) {
            // until every weight lies as it is read fastest
        }
        line(
                "{\"measured\":\"first_token\",\"seconds\":%.3f,\"interleaved_after_seconds\":%.3f}",
                first, secondsOfProcess());
    }

    private static double secondsOfProcess() {
        Instant now = Instant.now();
        Instant start = ProcessHandle.current().info().startInstant().orElse(now);
        return Duration.between(start, now).toNanos() / NANOS;
    }

    private void measurePrefill(Transformer transformer) {
        if (order.prefill() == 0) {
            return;
        }
        try (BenchRun run = new BenchRun(transformer, 1, order.prefill())) {
            for (int i = 0; i < WARM_UPS; i++) {
                run.prefill(order.prefill());
            }
            double[] seconds = IntStream.range(0, order.repeats())
                    .mapToDouble(i -> run.prefill(order.prefill()))
                    .sorted()
                    .toArray();
            line(
                    "{\"measured\":\"prefill\",\"tokens\":%d,\"repeats\":%d,\"tokens_per_second\":%.2f,"
                            + "\"fastest_tokens_per_second\":%.2f}",
                    order.prefill(), order.repeats(), order.prefill() / median(seconds), order.prefill() / seconds[0]);
        }
    }

    private void measureDecode(Transformer transformer, int depth, int count) {
        if (order.decode() == 0) {
            return;
        }
        try (BenchRun run = new BenchRun(transformer, count, depth + order.decode())) {
            if (depth > 0) {
                run.prefill(depth);
            }
            decode(run, depth); // until the JVM has compiled what runs
            double[] seconds = decode(run, depth);
            line(
                    "{\"measured\":\"decode\",\"depth\":%d,\"sequences\":%d,\"steps\":%d,\"seconds\":%.6f,"
                            + "\"tokens_per_second\":%.2f,\"fastest_tenth_tokens_per_second\":%.2f}",
                    depth,
                    count,
                    order.decode(),
                    Arrays.stream(seconds).sum(),
                    count / median(seconds),
                    count / seconds[seconds.length / FASTEST_SHARE]);
        }
    }

    /** Seconds of every step, the fastest first. */
    private double[] decode(BenchRun run, int depth) {
        return IntStream.range(0, order.decode())
                .mapToDouble(i -> run.decode(depth + i))
                .sorted()
                .toArray();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private void line(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }
}
