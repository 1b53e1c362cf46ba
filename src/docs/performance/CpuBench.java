package dev.perigee.engine.tool;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.model.Transformer;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Tokens per second of one thread's CPU time, for machines whose cores others use: {@code CpuBench MODEL PREFILL STEPS REPEATS
 * SEQUENCES@DEPTH,…}, with {@code -Disa=avx2} for a lower instruction set. Compile it beside the engine's classes.
 */
public final class CpuBench {

    private static long nanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    public static void main(String[] arguments) {
        EngineOptions.Kernels kernels =
                EngineOptions.Kernels.standard().withIsa(System.getProperty("isa")).withThreads(1);
        int prefill = Integer.parseInt(arguments[1]);
        int steps = Integer.parseInt(arguments[2]);
        long begun = nanos();
        EngineOptions options = EngineOptions.of(Path.of(arguments[0])).withKernels(kernels);
        options = options.withBounds(options.bounds().withMaxContext(8192));
        try (Transformer transformer = Transformer.load(options.model(), options.transformer(512))) {
            while (transformer.loadMore()) {
                // until every weight lies as it is read fastest
            }
            System.out.printf("%s load cpu %.1f s%n", transformer.kernelName(), (nanos() - begun) / 1e9);
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                prefill(transformer, prefill);
            }
            for (String wanted : arguments[4].split(",")) {
                decode(transformer, steps, wanted.split("@"));
            }
        }
    }

    private static void prefill(Transformer transformer, int tokens) {
        try (BenchRun run = new BenchRun(transformer, 1, tokens)) {
            long begun = nanos();
            run.prefill(tokens);
            System.out.printf("prefill %d: %.2f tokens per CPU second%n", tokens, tokens * 1e9 / (nanos() - begun));
        }
    }

    private static void decode(Transformer transformer, int steps, String[] wanted) {
        int sequences = Integer.parseInt(wanted[0]);
        int depth = Integer.parseInt(wanted[1]);
        try (BenchRun run = new BenchRun(transformer, sequences, depth + steps)) {
            if (depth > 0) {
                run.prefill(depth);
            }
            double[] seconds = new double[steps];
            for (int i = 0; i < steps; i++) {
                long begun = nanos();
                run.decode(depth + i);
                seconds[i] = (nanos() - begun) / 1e9;
            }
            Arrays.sort(seconds);
            System.out.printf(
                    "decode depth %d sequences %d: median %.2f, fastest tenth %.2f tokens per CPU second (%d steps)%n",
                    depth, sequences, sequences / seconds[steps / 2], sequences / seconds[steps / 10], steps);
        }
    }
}
