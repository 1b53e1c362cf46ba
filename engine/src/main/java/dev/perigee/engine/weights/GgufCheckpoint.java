package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A GGUF file, or all files of a split one: checked whole, mapped, not copied. */
public final class GgufCheckpoint implements Checkpoint {

    private static final String EXTENSION = ".gguf";

    private final Arena arena;
    private final List<GgufFile> files;
    private final Map<String, GgufFile> places = new HashMap<>();

    private GgufCheckpoint(Arena arena, List<GgufFile> files) {
        this.arena = arena;
        this.files = List.copyOf(files);
        files.forEach(file -> file.entries().keySet().forEach(name -> places.put(name, file)));
    }

    /** Whether a path is meant as a GGUF file: it is a file, or is called like one. */
    public static boolean isGguf(Path model) {
        return Files.isRegularFile(model) || model.toString().endsWith(EXTENSION);
    }

    /** Whether the file's first bytes are GGUF's, whatever it is called. */
    public static boolean beginsAsGguf(Path file) {
        return GgufFile.hasMagic(file);
    }

    /**
     * Opens the file, and where it is the first of a split one the others too.
     *
     * @throws ModelLoadException where a file is missing or damaged, in one line with its name and the byte
     */
    public static GgufCheckpoint open(Path model) {
        Arena arena = Arena.ofShared();
        try {
            return new GgufCheckpoint(arena, GgufSplits.open(model, arena));
        } catch (ModelLoadException e) {
            arena.close();
            throw e;
        }
    }

    /** The metadata of the first file, which says all. */
    public GgufMetadata metadata() {
        return files.getFirst().metadata();
    }

    @Override
    public Path path() {
        return metadata().file();
    }

    @Override
    public List<Path> paths() {
        return files.stream().map(file -> file.metadata().file()).toList();
    }

    @Override
    public ModelConfig config() {
        return GgufConfig.read(metadata());
    }

    @Override
    public ModelWeights bind(ModelConfig config) {
        return GgufBinder.bind(this, config);
    }

    @Override
    public List<StoredSize> sizes() {
        Map<String, StoredSize> sizes = new TreeMap<>();
        files.forEach(file -> file.entries()
                .forEach((name, entry) ->
                        sizes.put(name, new StoredSize(entry.type().name(), entry.bytes()))));
        return new ArrayList<>(sizes.values());
    }

    Set<String> names() {
        return places.keySet();
    }

    /** The tensor of this name, or {@code null}. */
    GgufFile.@Nullable Stored find(String name) {
        @Nullable GgufFile file = places.get(name);
        return file == null ? null : file.find(name);
    }

    /** Where a tensor lies, for messages. */
    String locate(String name) {
        return places.getOrDefault(name, files.getFirst()).metadata().file() + " tensor " + name;
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
