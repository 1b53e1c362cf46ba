package dev.perigee.moonlet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bundled model as a folder on disk, which an engine can map into memory.
 *
 * <pre>{@code
 * Path folder = Moonlet.packed().unpack(dataDirectory.resolve("models"));
 * }</pre>
 */
public final class Moonlet {

    private static final String ROOT = "/META-INF/perigee/";
    private static final String INDEX = ROOT + "moonlet.index";
    private static final int DIGEST_SHOWN = 16;

    private final String digest;
    private final List<String> files;

    private Moonlet(String digest, List<String> files) {
        this.digest = digest;
        this.files = files;
    }

    /**
     * The model in this artifact.
     *
     * @throws IOException where the artifact was built without one
     */
    public static Moonlet packed() throws IOException {
        try (InputStream index = Moonlet.class.getResourceAsStream(INDEX)) {
            List<String> lines = index == null
                    ? List.of()
                    : new String(index.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList();
            if (lines.stream().filter(line -> !line.isBlank()).count() < 2) {
                throw new IOException("the artifact perigee-moonlet was built without weights");
            }
            return new Moonlet(lines.getFirst(), lines.subList(1, lines.size()));
        }
    }

    /** SHA-256 over all files, hexadecimal. */
    public String digest() {
        return digest;
    }

    /** Names of the files. */
    public List<String> files() {
        return files;
    }

    /**
     * Makes the model a folder below another one, or finds it there from an earlier time.
     *
     * <p>The folder is named by the digest and appears at once and whole: it is written under another name first. So two processes may
     * do this at the same time, and one that dies leaves nothing that looks like a model.
     *
     * @param models created where it is missing
     * @return {@code moonlet-DIGEST} below it
     * @throws IOException where it cannot be written: a full disk, missing rights
     */
    public Path unpack(Path models) throws IOException {
        Path folder = models.resolve("moonlet-" + digest.substring(0, DIGEST_SHOWN));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Files.createDirectories(models);
        Path unfinished = Files.createTempDirectory(models, "moonlet-unfinished-");
        try {
            for (String file : files) {
                copy(file, unfinished.resolve(file));
            }
            moveUnlessThere(unfinished, folder);
        } finally {
            delete(unfinished);
        }
        return folder;
    }

    private static void copy(String file, Path target) throws IOException {
        try (@Nullable InputStream source = Moonlet.class.getResourceAsStream(ROOT + "moonlet/" + file)) {
            if (source == null) {
                throw new IOException("the artifact perigee-moonlet lacks " + file + ", which its index names");
            }
            Files.copy(source, target);
        }
    }

    /** Another process may have been faster; its folder holds the same. */
    private static void moveUnlessThere(Path unfinished, Path folder) throws IOException {
        try {
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    private static void delete(Path unfinished) throws IOException {
        if (!Files.exists(unfinished)) {
            return;
        }
        try (Stream<Path> files = Files.list(unfinished)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(unfinished);
    }
}
