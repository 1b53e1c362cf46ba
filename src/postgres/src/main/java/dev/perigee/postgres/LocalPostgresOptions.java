package dev.perigee.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Where a local PostgreSQL keeps its things and how long its steps may take.
 *
 * @param directory the home of this server: cluster, password, port, log, lock
 * @param programs where the server's programs are unpacked, one folder a digest; may be shared between servers
 * @param startTimeout how long the server may recover and start
 * @param stopTimeout how long the server may write back its memory before it is killed
 * @param syncedCreation whether a new cluster is forced to disk before it is used; only tests do without
 * @param progress hears one line before each step that takes seconds
 */
public record LocalPostgresOptions(
        Path directory,
        Path programs,
        Duration startTimeout,
        Duration stopTimeout,
        boolean syncedCreation,
        Consumer<String> progress) {

    /** The usual bounds, everything below one directory, told to nobody. */
    public static LocalPostgresOptions in(Path directory) {
        Path home = directory.toAbsolutePath().normalize();
        return new LocalPostgresOptions(
                home, home.resolve("programs"), Duration.ofSeconds(60), Duration.ofSeconds(20), true, line -> {});
    }

    public LocalPostgresOptions withPrograms(Path folder) {
        Path home = folder.toAbsolutePath().normalize();
        return new LocalPostgresOptions(directory, home, startTimeout, stopTimeout, syncedCreation, progress);
    }

    public LocalPostgresOptions withoutSyncedCreation() {
        return new LocalPostgresOptions(directory, programs, startTimeout, stopTimeout, false, progress);
    }

    public LocalPostgresOptions withProgress(Consumer<String> listener) {
        return new LocalPostgresOptions(directory, programs, startTimeout, stopTimeout, syncedCreation, listener);
    }
}
