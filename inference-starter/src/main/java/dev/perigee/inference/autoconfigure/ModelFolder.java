package dev.perigee.inference.autoconfigure;

import dev.perigee.engine.EngineOptions;
import dev.perigee.engine.InferenceEngine;
import dev.perigee.engine.ModelLoadException;
import dev.perigee.moonlet.Moonlet;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the model that the properties mean: the one they name, or the bundled one, unpacked first. */
final class ModelFolder {

    private ModelFolder() {}

    static InferenceEngine open(PerigeeProperties properties) {
        Path named = properties.modelPath();
        return named == null ? openBundled(properties) : InferenceEngine.open(options(properties, named));
    }

    private static InferenceEngine openBundled(PerigeeProperties properties) {
        Path folder = unpack(properties.dataPath().resolve("models"));
        EngineOptions options = options(properties, folder);
        try {
            return InferenceEngine.open(options);
        } catch (ModelLoadException e) {
            throw isBelow(folder, e) ? damagedCopy(folder, e) : e;
        }
    }

    private static EngineOptions options(PerigeeProperties properties, Path model) {
        return properties
                .engine()
                .options(model)
                .withKeptDigests(properties.dataPath().resolve("digests"));
    }

    private static Path unpack(Path models) {
        try {
            return Moonlet.packed().unpack(models);
        } catch (IOException e) {
            throw new ModelLoadException(
                    models.toString(),
                    "the bundled model cannot be unpacked here (" + e + ")",
                    "make the folder writable, or set perigee.data-dir to another, or perigee.model to a model of your own",
                    e);
        }
    }

    private static boolean isBelow(Path folder, ModelLoadException e) {
        return e.location().startsWith(folder.toString());
    }

    /** The engine cannot know that these files can be had again. */
    private static ModelLoadException damagedCopy(Path folder, ModelLoadException e) {
        return new ModelLoadException(
                e.location(), e.problem(), "delete " + folder + ", it is unpacked again at the next start", e);
    }
}
