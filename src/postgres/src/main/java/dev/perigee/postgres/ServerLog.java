package dev.perigee.postgres;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The server's log file: kept small, and read for the line that says why the server ended. */
final class ServerLog {

    private static final long MOST_BYTES = 8L << 20;
    private static final int TAIL_BYTES = 8192;

    private ServerLog() {}

    /** Sets a log that has grown beyond 8 MiB aside; one old log is kept. */
    static void rotate(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > MOST_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** One line: what happened, PostgreSQL's own last complaint, and where the rest of it stands. */
    static LocalPostgresException failure(String what, Path log) {
        String complaint = lastComplaint(log);
        return new LocalPostgresException(
                what + (complaint.isEmpty() ? "" : ": " + complaint) + " (its log: " + log + ")");
    }

    private static String lastComplaint(Path log) {
        List<String> lines = tail(log)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        Stream<String> complaints =
                lines.stream().filter(line -> line.matches(".*(FATAL|PANIC|ERROR|error|fatal):? .*"));
        String last = complaints.reduce((earlier, later) -> later).orElse(lines.isEmpty() ? "" : lines.getLast());
        return last.replaceFirst("^.*\\d{4}-\\d\\d-\\d\\d [0-9:.]+ \\S+ \\[[0-9]+] ", "");
    }

    private static String tail(Path log) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long start = Math.max(0, file.length() - TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - start)];
            file.seek(start);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }
}
