package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One checked and mapped GGUF file. */
final class GgufFile {

    private final GgufMetadata metadata;
    private final Map<String, GgufHeader.Entry> entries = new HashMap<>();
    private final MemorySegment mapped;

    private GgufFile(GgufMetadata metadata, List<GgufHeader.Entry> entries, MemorySegment mapped) {
        this.metadata = metadata;
        this.mapped = mapped;
        entries.forEach(entry -> this.entries.put(entry.name(), entry));
    }

    /** A tensor as stored, slowest dimension first. */
    record Stored(GgufType type, Shape shape, MemorySegment data) {}

    /** Checks the file's header against its length, then maps it for as long as the arena lives. */
    static GgufFile open(Path path, Arena arena) {
        try (CheckedFile file = CheckedFile.open(path)) {
            long bytes = file.channel().size();
            GgufHeader.Content header = GgufHeader.parse(new GgufReader(file.channel()), bytes);
            return new GgufFile(new GgufMetadata(path, header.values()), header.entries(), file.map(arena));
        } catch (DamagedGgufException e) {
            throw new ModelLoadException(
                    path + " byte " + e.offset(), String.valueOf(e.getMessage()), "fetch the file again", e);
        } catch (IOException e) {
            throw new ModelLoadException(path.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    static boolean hasMagic(Path path) {
        try (CheckedFile file = CheckedFile.open(path)) {
            return GgufHeader.hasMagic(new GgufReader(file.channel()));
        } catch (IOException e) {
            throw new ModelLoadException(path.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    GgufMetadata metadata() {
        return metadata;
    }

    Map<String, GgufHeader.Entry> entries() {
        return entries;
    }

    @Nullable
    Stored find(String name) {
        GgufHeader.@Nullable Entry entry = entries.get(name);
        if (entry == null) {
            return null;
        }
        return new Stored(entry.type(), entry.shape(), mapped.asSlice(entry.begin(), entry.bytes()));
    }
}
