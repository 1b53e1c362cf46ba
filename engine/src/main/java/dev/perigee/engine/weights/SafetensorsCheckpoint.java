package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder with {@code model.safetensors}, or with shards and their index: checked whole, mapped, not copied.
 *
 * <p>Threads: any, until closed; tensors must not be touched afterwards.
 */
public final class SafetensorsCheckpoint implements Checkpoint {

    /** The file's name where there is only one. */
    public static final String SINGLE_FILE = "model.safetensors";

    private final Path folder;
    private final Arena arena;
    private final Map<String, SafetensorsFile> files;

    private SafetensorsCheckpoint(Path folder, Arena arena, Map<String, SafetensorsFile> files) {
        this.folder = folder;
        this.arena = arena;
        this.files = files;
    }

    /**
     * Opens and checks every file of the checkpoint; reads headers only.
     *
     * @throws ModelLoadException where a file is missing or damaged, in one line with its name
     */
    public static SafetensorsCheckpoint open(Path folder) {
        requireFolder(folder);
        Arena arena = Arena.ofShared();
        try {
            return new SafetensorsCheckpoint(folder, arena, openFiles(folder, arena));
        } catch (ModelLoadException e) {
            arena.close();
            throw e;
        }
    }

    private static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            String found = Files.exists(folder) ? "is not a folder" : "does not exist";
            throw new ModelLoadException(
                    folder.toString(), found, "give a GGUF file, or a folder with config.json and safetensors files");
        }
    }

    private static Map<String, SafetensorsFile> openFiles(Path folder, Arena arena) {
        if (Files.exists(folder.resolve(ShardIndex.NAME))) {
            return openShards(folder, arena);
        }
        if (!Files.exists(folder.resolve(SINGLE_FILE))) {
            throw new ModelLoadException(
                    folder.toString(),
                    "holds neither " + SINGLE_FILE + " nor " + ShardIndex.NAME,
                    "give a folder with a complete safetensors checkpoint");
        }
        SafetensorsFile only = SafetensorsFile.open(ShardIndex.inside(folder, SINGLE_FILE), arena);
        Map<String, SafetensorsFile> files = new HashMap<>();
        only.names().forEach(name -> files.put(name, only));
        return files;
    }

    private static Map<String, SafetensorsFile> openShards(Path folder, Arena arena) {
        Map<String, SafetensorsFile> opened = new TreeMap<>();
        Map<String, SafetensorsFile> files = new HashMap<>();
        ShardIndex.read(folder, (tensor, name) -> {
            SafetensorsFile shard = opened.computeIfAbsent(
                    name, missing -> SafetensorsFile.open(ShardIndex.inside(folder, missing), arena));
            if (!shard.names().contains(tensor)) {
                throw new ModelLoadException(
                        shard.path() + " tensor " + tensor,
                        "is missing, though " + ShardIndex.NAME + " places it here",
                        "fetch the shard again");
            }
            files.put(tensor, shard);
        });
        return files;
    }

    /** The folder it was opened from. */
    public Path folder() {
        return folder;
    }

    @Override
    public Path path() {
        return folder;
    }

    @Override
    public List<Path> paths() {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new ModelLoadException(folder.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    @Override
    public ModelConfig config() {
        return ConfigFile.read(folder);
    }

    @Override
    public ModelWeights bind(ModelConfig config) {
        return WeightBinder.bind(this, config);
    }

    @Override
    public List<StoredSize> sizes() {
        return tensors().values().stream()
                .map(tensor ->
                        new StoredSize(tensor.type().name(), tensor.data().byteSize()))
                .toList();
    }

    /** Every tensor by its name, in the order of names. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new TreeMap<>();
        files.forEach((name, file) -> {
            @Nullable Tensor tensor = file.find(name);
            if (tensor != null) {
                all.put(name, tensor);
            }
        });
        return all;
    }

    /** The tensor of this name, or {@code null}. */
    @Nullable
    Tensor find(String name) {
        @Nullable SafetensorsFile file = files.get(name);
        return file == null ? null : file.find(name);
    }

    /** Where a tensor lies, for messages. */
    String locate(String name) {
        @Nullable SafetensorsFile file = files.get(name);
        return (file == null ? folder : file.path()) + " tensor " + name;
    }

    @Override
    public Arena arena() {
        return arena;
    }

    @Override
    public void close() {
        arena.close();
    }
}
