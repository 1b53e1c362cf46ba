package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/** A regular file as it was when it was opened: what another hand changes between check and map is refused. */
record CheckedFile(Path path, FileChannel channel, BasicFileAttributes before) implements AutoCloseable {

    /** Opens the file for reading; waits for no pipe or device. */
    static CheckedFile open(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new ModelLoadException(
                    path.toString(), "is missing or is not a file", "give a folder that holds a complete checkpoint");
        }
        return new CheckedFile(path, FileChannel.open(path, StandardOpenOption.READ), attributes(path));
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    /** The whole file, mapped for as long as the arena lives. */
    MemorySegment map(Arena arena) throws IOException {
        MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        BasicFileAttributes after = attributes(path);
        boolean same = before.size() == after.size()
                && before.lastModifiedTime().equals(after.lastModifiedTime())
                && Objects.equals(before.fileKey(), after.fileKey());
        if (!same) {
            throw new ModelLoadException(
                    path.toString(), "changed while it was opened", "let nothing write to the folder of a model");
        }
        return mapped;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
