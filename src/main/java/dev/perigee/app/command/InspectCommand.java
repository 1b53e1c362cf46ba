package dev.perigee.app.command;

import dev.perigee.engine.tool.ModelInspector;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What a model is and needs. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Print a model's architecture, parameters, tensors, context and memory; nothing is loaded.")
final class InspectCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", description = "A GGUF file (of a split one the first), or a safetensors folder.")
    private @Nullable Path model;

    @Override
    public Integer call() {
        if (model == null) {
            throw new IllegalArgumentException("PATH is missing");
        }
        System.out.print(ModelInspector.inspect(model));
        System.out.flush();
        return 0;
    }
}
