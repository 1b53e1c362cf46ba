package dev.perigee.app.command;

import dev.perigee.engine.tool.LogitsTool;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Raw logits into a file. */
@Command(
        name = "logits",
        mixinStandardHelpOptions = true,
        description = "Write float32 little-endian logits, one row a position, for comparison with other engines.")
final class LogitsCommand implements Callable<Integer> {

    @Mixin
    private final ModelOption model = new ModelOption();

    @Mixin
    private final KernelOptions kernels = new KernelOptions();

    @Option(names = "--tokens", paramLabel = "1,2,3", split = ",", required = true, description = "Token ids.")
    private int[] tokens = {};

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where the rows go.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        if (out == null) {
            throw new IllegalArgumentException("--out is missing");
        }
        LogitsTool.write(kernels.options(model.path()), tokens, out);
        return 0;
    }
}
