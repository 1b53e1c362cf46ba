package dev.perigee.app.command;

import dev.perigee.engine.tool.TokenizeTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The text of token ids, byte for byte. */
@Command(
        name = "detokenize",
        mixinStandardHelpOptions = true,
        description = "Print the text of token ids, byte for byte. The model may be a bare tiktoken file.")
final class DetokenizeCommand implements Callable<Integer> {

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--tokens", paramLabel = "1,2,3", description = "Token ids; standard input where none are given.")
    private @Nullable String tokens;

    @Override
    public Integer call() throws IOException {
        String ids = tokens != null ? tokens : new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        System.out.write(TokenizeTool.detokenize(model.path(), ids));
        System.out.flush();
        return 0;
    }
}
