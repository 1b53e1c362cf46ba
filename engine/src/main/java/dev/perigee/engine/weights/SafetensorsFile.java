package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One checked and mapped safetensors file. */
final class SafetensorsFile {

    private static final int LENGTH_BYTES = 8;
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path path;
    private final Map<String, SafetensorsHeader.Entry> entries;
    private final MemorySegment tensors;

    private SafetensorsFile(Path path, Map<String, SafetensorsHeader.Entry> entries, MemorySegment tensors) {
        this.path = path;
        this.entries = entries;
        this.tensors = tensors;
    }

    /** Checks the file's header against its length, then maps it for as long as the arena lives. */
    static SafetensorsFile open(Path path, Arena arena) {
        try (CheckedFile file = CheckedFile.open(path)) {
            FileChannel channel = file.channel();
            long dataStart = LENGTH_BYTES + headerBytes(path, channel);
            Map<String, SafetensorsHeader.Entry> entries =
                    SafetensorsHeader.parse(new FilePart(channel, LENGTH_BYTES, dataStart), channel.size() - dataStart);
            MemorySegment mapped = file.map(arena);
            return new SafetensorsFile(path, entries, mapped.asSlice(dataStart));
        } catch (SafetensorsHeader.DamagedHeaderException e) {
            throw damaged(path, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new ModelLoadException(path.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    private static long headerBytes(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw damaged(path, "has " + size + " bytes, a safetensors file begins with 8 bytes of length", null);
        }
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new FilePart(channel, 0, LENGTH_BYTES).readNBytes(length.array(), 0, LENGTH_BYTES);
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - LENGTH_BYTES) {
            throw damaged(
                    path,
                    "says its header has " + Long.toUnsignedString(headerBytes) + " bytes, allowed is 2 to "
                            + Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES),
                    null);
        }
        return headerBytes;
    }

    private static ModelLoadException damaged(Path path, String problem, @Nullable Throwable cause) {
        return new ModelLoadException(path.toString(), problem, "fetch the file again", cause);
    }

    Path path() {
        return path;
    }

    Set<String> names() {
        return entries.keySet();
    }

    @Nullable
    Tensor find(String name) {
        SafetensorsHeader.@Nullable Entry entry = entries.get(name);
        if (entry == null) {
            return null;
        }
        return new Tensor(entry.type(), entry.shape(), tensors.asSlice(entry.begin(), entry.end() - entry.begin()));
    }
}
