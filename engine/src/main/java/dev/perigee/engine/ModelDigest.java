package dev.perigee.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** One number that stands for a model's files: name and size of each, and the content of those that are quickly read. */
final class ModelDigest {

    private static final long MAX_CONTENT_BYTES = 64L << 20;
    private static final int CHUNK = 1 << 16;

    private ModelDigest() {}

    /** The number of a model's files, in this order. */
    static String of(List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                add(file, digest);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new ModelLoadException(files.toString(), "cannot be read (" + e + ")", "check its permissions", e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static void add(Path file, MessageDigest digest) throws IOException {
        long size = Files.size(file);
        digest.update((file.getFileName() + "\n" + size + "\n").getBytes(StandardCharsets.UTF_8));
        if (size > MAX_CONTENT_BYTES) {
            return;
        }
        byte[] chunk = new byte[CHUNK];
        try (InputStream stream = Files.newInputStream(file)) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
    }
}
