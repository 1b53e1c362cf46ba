package dev.perigee.engine.fuzz;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.weights.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A file of a model whose bytes the fuzzer chooses. */
final class FuzzedFile {

    private final Path path;
    private final Path model;

    private FuzzedFile(Path path, Path model) {
        this.path = path;
        this.model = model;
    }

    /** The model is this one file. */
    static FuzzedFile alone(String name) {
        Path path = folder().resolve(name);
        return new FuzzedFile(path, path);
    }

    /** The model is a folder, sound but for this file. */
    static FuzzedFile within(Consumer<Path> sound, String name) {
        Path folder = folder();
        sound.accept(folder);
        return new FuzzedFile(folder.resolve(name), folder);
    }

    /** In the working directory, which goes away with the run. */
    private static Path folder() {
        try {
            return Files.createTempDirectory(Path.of("").toAbsolutePath(), "model-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads the model with these bytes; any end but success and a {@link ModelLoadException} is a finding. */
    void load(byte[] bytes, Consumer<Path> loading) {
        try {
            Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            loading.accept(model);
        } catch (ModelLoadException refused) {
            requireOneLine(refused);
        }
    }

    private static void requireOneLine(ModelLoadException refused) {
        if (refused.getMessage().contains("\n")) {
            throw new AssertionError("the refusal has more than one line", refused);
        }
    }

    /** Everything that is read of a checkpoint before the first token. */
    static void bind(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            ModelConfig config = checkpoint.config();
            checkpoint.sizes();
            checkpoint.bind(config);
        }
    }
}
