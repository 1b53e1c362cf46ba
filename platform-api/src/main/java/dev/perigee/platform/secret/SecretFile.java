package dev.perigee.platform.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;

/** A file with one line that only its owner may read. */
public final class SecretFile {

    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;

    /** A file that need not exist yet. */
    public SecretFile(Path path) {
        this.path = path;
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /**
     * The line in the file; where there is no file it is made first, with the line that the supplier gives.
     *
     * @throws SecretFileException where it cannot be read or written, or is empty
     */
    public String readOrCreate(Supplier<String> line) {
        try {
            if (!Files.exists(path)) {
                create(line.get());
            }
            return read();
        } catch (IOException e) {
            throw new SecretFileException(path, "cannot be read or written: " + e, e);
        }
    }

    /**
     * Puts this line in the place of what the file holds, in one step.
     *
     * @throws SecretFileException where it cannot be written
     */
    public void replace(String line) {
        try {
            create(line);
        } catch (IOException e) {
            throw new SecretFileException(path, "cannot be written: " + e, e);
        }
    }

    private String read() throws IOException {
        if (Files.size(path) > MAX_BYTES) {
            throw new SecretFileException(path, "is longer than " + MAX_BYTES + " bytes", null);
        }
        restrict(path);
        String line = Files.readString(path).strip();
        if (line.isEmpty()) {
            throw new SecretFileException(path, "is empty", null);
        }
        return line;
    }

    private void create(String line) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, path.getFileName().toString(), ".new");
        restrict(draft);
        Files.write(draft, (line + "\n").getBytes(StandardCharsets.UTF_8));
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void restrict(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")
                && !Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
            Files.setPosixFilePermissions(file, OWNER_ONLY);
        }
    }
}
