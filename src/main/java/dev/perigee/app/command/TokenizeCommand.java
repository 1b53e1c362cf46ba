package dev.perigee.app.command;

import dev.perigee.engine.tool.TokenizeTool;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Token ids of a text, one line. */
@Command(
        name = "tokenize",
        mixinStandardHelpOptions = true,
        description = "Print the token ids of a text on one line. The model may be a bare tiktoken file.")
final class TokenizeCommand implements Callable<Integer> {

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--text", paramLabel = "TEXT", description = "The text; standard input where none is given.")
    private @Nullable String text;

    @Override
    public Integer call() throws IOException {
        String ids = text != null
                ? TokenizeTool.tokenize(model.path(), text)
                : TokenizeTool.tokenize(model.path(), System.in.readAllBytes());
        System.out.println(ids);
        return 0;
    }
}
