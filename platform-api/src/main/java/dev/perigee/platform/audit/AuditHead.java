package dev.perigee.platform.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The newest entry that this node has appended, kept in a file: the database alone cannot show that its last entries were taken away.
 *
 * <p>Threads: safe. Errors: {@link UncheckedIOException} where the file cannot be read or written.
 */
final class AuditHead {

    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,18}) ([0-9a-f]{64})\n");

    private final Path path;

    AuditHead(Path path) {
        this.path = path;
    }

    /** An entry's number and hash. */
    record Seen(long number, String hash) {}

    /** The newest entry seen, if there was one. */
    synchronized Optional<Seen> read() {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            Matcher line = FORM.matcher(Files.readString(path));
            if (!line.matches()) {
                throw new IOException(path + " does not hold the number and hash of an audit entry");
            }
            return Optional.of(new Seen(Long.parseLong(line.group(1)), line.group(2)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps an entry's number and hash, unless a later one is kept already. */
    synchronized void write(Seen seen) {
        if (read().filter(known -> known.number() >= seen.number()).isPresent()) {
            return;
        }
        String line = seen.number() + " " + seen.hash() + "\n";
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
