package dev.perigee.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server writes about itself into its cluster ({@code postmaster.pid}: first line the process, eighth the
 * state). It may be left over from a server that was killed.
 *
 * @param pid the server's process
 * @param ready whether it accepts connections
 */
record PostmasterFile(long pid, boolean ready) {

    private static final int STATE_LINE = 7;

    static Optional<PostmasterFile> read(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.isEmpty() || !lines.getFirst().strip().matches("[1-9][0-9]{0,9}")) {
                return Optional.empty();
            }
            boolean ready =
                    lines.size() > STATE_LINE && lines.get(STATE_LINE).strip().equals("ready");
            return Optional.of(
                    new PostmasterFile(Long.parseLong(lines.getFirst().strip()), ready));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
