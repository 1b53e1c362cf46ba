package dev.perigee.engine;

import dev.perigee.engine.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One number that stands for a model's files, computed once and kept for as long as no file changes.
 *
 * <p>Of a model in one file it is that file's own SHA-256; of others the SHA-256 of what {@code sha256sum} prints of them, by their
 * names in order.
 */
final class ModelDigest {

    private static final System.Logger LOG = System.getLogger(ModelDigest.class.getName());
    private static final int CHUNK = 1 << 20;

    private final Path kept;
    private final long bytes;
    private final Progress progress = Progress.of("computing SHA-256");
    private long done;

    private ModelDigest(Path kept, long bytes) {
        this.kept = kept;
        this.bytes = bytes;
    }

    /**
     * The number of these files.
     *
     * @param kept folder for the numbers of single files; made where it is missing
     * @throws ModelLoadException where a file cannot be read
     */
    static String of(List<Path> files, Path kept) {
        ModelDigest digest = new ModelDigest(kept, bytes(files));
        if (files.size() == 1) {
            return digest.of(files.getFirst());
        }
        MessageDigest all = sha256();
        for (Path file : files) {
            all.update((digest.of(file) + "  " + file.getFileName() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(all.digest());
    }

    private String of(Path file) {
        try {
            Path place = kept.resolve(identity(file) + ".sha256");
            if (Files.exists(place)) {
                done += Files.size(file);
                return Files.readString(place).strip();
            }
            String computed = computed(file);
            keep(place, computed);
            return computed;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Changes with the file, without reading it. */
    private static String identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        String told = file.toRealPath() + "\n" + attributes.size() + "\n" + attributes.lastModifiedTime() + "\n"
                + attributes.fileKey();
        return HexFormat.of().formatHex(sha256().digest(told.getBytes(StandardCharsets.UTF_8)));
    }

    private static long bytes(List<Path> files) {
        long bytes = 0;
        for (Path file : files) {
            try {
                bytes += Files.size(file);
            } catch (IOException e) {
                throw unreadable(file, e);
            }
        }
        return bytes;
    }

    private static ModelLoadException unreadable(Path file, IOException cause) {
        return new ModelLoadException(
                file.toString(), "cannot be read (" + cause + ")", "check its permissions", cause);
    }

    private String computed(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        String name = String.valueOf(file.getFileName());
        try (InputStream stream = Files.newInputStream(file)) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                digest.update(chunk, 0, read);
                done += read;
                progress.reached(done, bytes, name);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What cannot be kept is computed again at the next start. */
    private void keep(Path place, String digest) {
        try {
            Files.createDirectories(kept);
            Path unfinished = Files.createTempFile(kept, "digest", ".unfinished");
            Files.writeString(unfinished, digest + "\n");
            Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The SHA-256 of the model cannot be kept in " + kept, e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
