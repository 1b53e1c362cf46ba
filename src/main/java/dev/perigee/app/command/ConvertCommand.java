package dev.perigee.app.command;

import dev.perigee.engine.tool.ConvertTool;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Safetensors into GGUF, or into plain bf16 safetensors. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        description = "Turn a safetensors folder into one GGUF file, or by bf16 into a plain safetensors folder;"
                + " prints SHA-256 sums.")
final class ConvertCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "SOURCE", description = "A safetensors folder.")
    private @Nullable Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The file or folder to write; it must not exist yet.")
    private @Nullable Path target;

    @Option(
            names = "--format",
            paramLabel = "q8_0|q4_0|q4_k|bf16",
            required = true,
            description = "q4_0 takes native INT4 experts over bit for bit.")
    private ConvertTool.@Nullable Format format;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many threads convert; all cores where none is given.")
    private @Nullable Integer threads;

    @Override
    public Integer call() {
        if (source == null || target == null || format == null) {
            throw new IllegalArgumentException("SOURCE, TARGET or --format is missing");
        }
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        ConvertTool.convert(new ConvertTool.Order(source, target, format, count), System.out, System.err);
        return 0;
    }
}
