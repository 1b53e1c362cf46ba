package dev.perigee.engine;

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
    private static final long LONG_BYTES = 1L << 30;
    private static final int CHUNK = 1 << 20;

    private final Path kept;

    private ModelDigest(Path kept) {
        this.kept = kept;
    }

    /**
     * The number of these files.
     *
     * @param kept folder for the numbers of single files; made where it is missing
     * @throws ModelLoadException where a file cannot be read
     */
    static String of(List<Path> files, Path kept) {
        ModelDigest digest = new ModelDigest(kept);
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
                return Files.readString(place).strip();
            }
            String computed = computed(file);
            keep(place, computed);
            return computed;
        } catch (IOException e) {
            throw new ModelLoadException(file.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        }
    }

    /** Changes with the file, without reading it. */
    private static String identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        String told = file.toRealPath() + "\n" + attributes.size() + "\n" + attributes.lastModifiedTime() + "\n"
                + attributes.fileKey();
        return HexFormat.of().formatHex(sha256().digest(told.getBytes(StandardCharsets.UTF_8)));
    }

    private static String computed(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        long done = 0;
        long size = Files.size(file);
        try (InputStream stream = Files.newInputStream(file)) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                digest.update(chunk, 0, read);
                if ((done + read) / LONG_BYTES > done / LONG_BYTES) {
                    LOG.log(System.Logger.Level.INFO, "SHA-256 of {0}: {1} %", file, 100 * done / size);
                }
                done += read;
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
