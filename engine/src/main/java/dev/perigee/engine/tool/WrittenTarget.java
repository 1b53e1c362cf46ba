package dev.perigee.engine.tool;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A file, or a folder of files, that is written beside its place and moved there whole; its checksums are said in the end. */
final class WrittenTarget implements AutoCloseable {

    private static final int BUFFER = 1 << 20;

    private final Path target;
    private final Path unfinished;
    private final PrintStream sums;
    private final List<String> lines = new ArrayList<>();

    private WrittenTarget(Path target, PrintStream sums) {
        this.target = target;
        this.unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
        this.sums = sums;
    }

    /** Begins anew, whatever an earlier attempt has left. */
    static WrittenTarget begin(Path target, PrintStream sums) throws IOException {
        WrittenTarget begun = new WrittenTarget(target.toAbsolutePath().normalize(), sums);
        begun.close();
        return begun;
    }

    /** Writes bytes. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes the target itself where the name is empty, otherwise a file in it. */
    void write(String name, Content content) throws IOException {
        Path file = name.isEmpty() ? unfinished : unfinished.resolve(name);
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        MessageDigest digest = sha256();
        try (OutputStream out =
                new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER), digest)) {
            content.writeTo(out);
        }
        Path place = name.isEmpty() ? target : target.resolve(name);
        lines.add(HexFormat.of().formatHex(digest.digest()) + "  " + place);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Moves everything to its place and says the checksums. */
    void complete() throws IOException {
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        lines.forEach(sums::println);
        sums.flush();
    }

    /** Takes away what was not completed. */
    @Override
    public void close() throws IOException {
        if (!Files.exists(unfinished)) {
            return;
        }
        try (Stream<Path> left = Files.walk(unfinished)) {
            for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
