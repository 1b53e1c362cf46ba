package dev.perigee.app.command;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.engine.tool.GenerateTool;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One generation on standard output, its figures on standard error. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = "Answer one prompt on standard output; figures go to standard error.")
final class GenerateCommand implements Callable<Integer> {

    @Mixin
    private final ModelOption model = new ModelOption();

    @Mixin
    private final KernelOptions kernels = new KernelOptions();

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "What to answer.")
    private String prompt = "";

    @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens to generate (${DEFAULT-VALUE}).")
    private int maxTokens = 256;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 takes the likeliest token each time; the model's own where none is given.")
    private @Nullable Double temperature;

    @Option(names = "--seed", paramLabel = "S", description = "The same seed gives the same answer.")
    private @Nullable Long seed;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            description =
                    "How the chat is laid out, such as k2-instruct; decided from the model's files where none is given.")
    private @Nullable String chatTemplate;

    @Option(names = "--raw", description = "Feed the prompt as it is, without the chat template.")
    private boolean raw;

    @Override
    public Integer call() throws InterruptedException {
        EngineOptions options = kernels.options(model.path()).withChatTemplate(chatTemplate);
        SamplingParameters sampling = new SamplingParameters(temperature, null, null, null, seed);
        GenerateTool.run(new GenerateTool.Order(options, prompt, raw, maxTokens, sampling), System.out, System.err);
        return 0;
    }
}
