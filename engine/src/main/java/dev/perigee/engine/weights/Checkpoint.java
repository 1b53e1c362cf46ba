package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/**
 * A model on disk, opened, checked and mapped: what it is made of, and its weights by their roles.
 *
 * <p>Threads: any, until closed; weights must not be touched afterwards.
 */
public sealed interface Checkpoint extends AutoCloseable permits SafetensorsCheckpoint, GgufCheckpoint {

    /**
     * Opens a GGUF file (of a split one the first), or a safetensors folder; reads headers only.
     *
     * @throws ModelLoadException where a file is missing or damaged, in one line with its name
     */
    static Checkpoint open(Path model) {
        return GgufCheckpoint.isGguf(model) ? GgufCheckpoint.open(model) : SafetensorsCheckpoint.open(model);
    }

    /** What it was opened from. */
    Path path();

    /** All files of the model, those beside the weights too, in the order of names. */
    List<Path> paths();

    /**
     * What the model is made of.
     *
     * @throws ModelLoadException where a key is missing, odd or out of bounds, by its name and value
     */
    ModelConfig config();

    /**
     * All weights that the configuration asks for.
     *
     * @throws ModelLoadException where a tensor is missing or has another type or shape, by file and name
     */
    ModelWeights bind(ModelConfig config);

    /** Every tensor's type and size, in the order of names. */
    List<StoredSize> sizes();

    /** Memory that lives as long as the checkpoint. */
    Arena arena();

    /** Unmaps every file. */
    @Override
    void close();

    /** The published name of a tensor's type, and the bytes it takes. */
    record StoredSize(String type, long bytes) {}
}
