package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Opens all files of a GGUF that was split: {@code …-00001-of-0000N.gguf} and its siblings in the same folder. */
final class GgufSplits {

    private static final String NUMBER = "split.no";
    private static final String COUNT = "split.count";
    private static final String TENSORS = "split.tensors.count";
    private static final int MAX_SPLITS = 1_024;

    private GgufSplits() {}

    /** The file itself, or the first of a split with the others behind it. */
    static List<GgufFile> open(Path first, Arena arena) {
        GgufFile opened = GgufFile.open(first, arena);
        GgufMetadata metadata = opened.metadata();
        int count = metadata.integer(COUNT, 1);
        if (count < 1 || count > MAX_SPLITS) {
            throw metadata.odd(COUNT, "1 to " + MAX_SPLITS);
        }
        List<GgufFile> files = new ArrayList<>(List.of(opened));
        if (count > 1) {
            requireNumber(opened, 0, count);
            for (int i = 1; i < count; i++) {
                files.add(openSibling(first, i, count, arena));
            }
            requireTensors(files);
        }
        requireNoneTwice(files);
        return files;
    }

    private static GgufFile openSibling(Path first, int number, int count, Arena arena) {
        String own = suffix(0, count);
        String name = String.valueOf(first.getFileName());
        if (!name.endsWith(own)) {
            throw new ModelLoadException(
                    first.toString(),
                    "is the first of " + count + " files, its name does not end in " + own,
                    "give the files of a split the names they were published under");
        }
        String sibling = name.substring(0, name.length() - own.length()) + suffix(number, count);
        Path folder = first.toAbsolutePath().getParent();
        if (folder == null) {
            throw new AssertionError("a file lies in a folder");
        }
        GgufFile file = GgufFile.open(ShardIndex.inside(folder, sibling), arena);
        requireNumber(file, number, count);
        return file;
    }

    private static String suffix(int number, int count) {
        return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", number + 1, count);
    }

    private static void requireNumber(GgufFile file, int number, int count) {
        GgufMetadata metadata = file.metadata();
        if (metadata.integer(NUMBER) != number) {
            throw metadata.odd(NUMBER, number + (number == 0 ? "; the first file of a split is the one to give" : ""));
        }
        if (metadata.integer(COUNT) != count) {
            throw metadata.odd(COUNT, count + " as in the first file");
        }
    }

    private static void requireTensors(List<GgufFile> files) {
        int found = files.stream().mapToInt(file -> file.entries().size()).sum();
        for (GgufFile file : files) {
            if (file.metadata().integer(TENSORS, found) != found) {
                throw file.metadata().odd(TENSORS, found + ", the tensors that all files hold");
            }
        }
        if (found > GgufHeader.MAX_TENSORS) {
            throw files.getFirst().metadata().odd(TENSORS, "at most " + GgufHeader.MAX_TENSORS);
        }
    }

    private static void requireNoneTwice(List<GgufFile> files) {
        Map<String, Path> places = new HashMap<>();
        for (GgufFile file : files) {
            for (String name : file.entries().keySet()) {
                Path other = places.put(name, file.metadata().file());
                if (other != null) {
                    throw file.metadata().refused("holds tensor " + name + ", and so does " + other);
                }
            }
        }
    }
}
