package dev.perigee.app.command;

import dev.perigee.app.start.DataDirectories;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.moonlet.Moonlet;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a command works with. */
final class ModelOption {

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description =
                    "A GGUF file (of a split one the first), or a safetensors folder; the bundled model where none is"
                            + " given.")
    private @Nullable Path model;

    /** The given path, or the bundled model's folder, unpacked where it is not yet. */
    Path path() {
        return model != null ? model : bundled();
    }

    private static Path bundled() {
        Path models = DataDirectories.standard().resolve("models");
        try {
            return Moonlet.packed().unpack(models);
        } catch (IOException failure) {
            throw new ModelLoadException(
                    models.toString(),
                    "the bundled model cannot be unpacked here (" + failure.getMessage() + ")",
                    "give another by --model, or another data directory by PERIGEE_DATA_DIR",
                    failure);
        }
    }
}
