package dev.perigee.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many tokens the scripted engine really generated, written beside everything that Perigee counts: the oracle of a crash run. Each process
 * has a file of its own, mapped to memory, which outlives its kill.
 */
final class TruthFile {

    private static final int RECORD = 72;
    private static final int RECORDS = 20_000;

    private final MemorySegment memory;
    private int used;

    /** Makes the file of this process. */
    TruthFile(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path file = folder.resolve(ProcessHandle.current().pid() + "-" + System.nanoTime() + ".truth");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) RECORD * RECORDS, Arena.global());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request's count. */
    final class Count {
        private final long offset;

        private Count(long offset) {
            this.offset = offset;
        }

        /** So many tokens are generated. */
        void store(int tokens) {
            memory.set(ValueLayout.JAVA_INT, offset, tokens);
        }
    }

    /** The count of a new request. */
    synchronized Count begin(String requestId) {
        long offset = (long) RECORD * used++;
        memory.setString(offset + Integer.BYTES, requestId);
        return new Count(offset);
    }

    /** What all processes generated, by request. */
    static Map<String, Integer> readAll(Path folder) {
        Map<String, Integer> all = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                MemorySegment memory = MemorySegment.ofArray(Files.readAllBytes(file));
                for (long offset = 0; offset < memory.byteSize(); offset += RECORD) {
                    String id = memory.getString(offset + Integer.BYTES);
                    if (id.isEmpty()) {
                        break;
                    }
                    all.put(id, memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** The types of the node's class path that a scripted engine consists of. */
    static List<Class<?>> engineClasses() {
        return List.of(
                TruthFile.class,
                Count.class,
                ScriptedEngine.class,
                ScriptedEngine.Answer.class,
                ScriptedEngineAutoConfiguration.class);
    }
}
