package dev.perigee.app.command;

import dev.perigee.engine.tool.BenchTool;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast a model is here, as JSON lines. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure prefill and decode in tokens/s, and memory: one JSON line a figure, medians.")
final class BenchCommand implements Callable<Integer> {

    @Mixin
    private final ModelOption model = new ModelOption();

    @Mixin
    private final KernelOptions kernels = new KernelOptions();

    @Option(names = "--prefill", paramLabel = "N", description = "Tokens of the prompt (${DEFAULT-VALUE}); 0 for none.")
    private int prefill = 512;

    @Option(names = "--decode", paramLabel = "N", description = "Steps of decode (${DEFAULT-VALUE}); 0 for none.")
    private int decode = 64;

    @Option(
            names = "--depth",
            paramLabel = "N,N",
            split = ",",
            description = "Positions in the cache before decode begins (${DEFAULT-VALUE}).")
    private List<Integer> depths = List.of(0);

    @Option(
            names = "--sequences",
            paramLabel = "N,N",
            split = ",",
            description = "Sequences that decode together, at each depth (${DEFAULT-VALUE}).")
    private List<Integer> sequences = List.of(1);

    @Option(names = "--repeats", paramLabel = "N", description = "Measurements of prefill (${DEFAULT-VALUE}).")
    private int repeats = 3;

    @Override
    public Integer call() {
        BenchTool.run(
                new BenchTool.Order(kernels.options(model.path()), prefill, decode, depths, sequences, repeats),
                System.out);
        return 0;
    }
}
