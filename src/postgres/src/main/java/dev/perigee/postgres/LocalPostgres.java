package dev.perigee.postgres;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server that belongs to this process.
 *
 * <pre>{@code
 * try (LocalPostgres postgres = LocalPostgres.start(LocalPostgresOptions.in(Path.of("/var/lib/perigee/postgres")))) {
 *     DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
 * }
 * }</pre>
 *
 * <p>Invariants: writes are durable (fsync, synchronous commit, checksums); only this machine can connect, and only
 * with the password; at most one process uses a directory; the server ends with this process, also with a killed one;
 * a server that dies while this process runs is started again on the same port, so that connections recover.
 *
 * <p>Errors: {@link LocalPostgresException} with one line that says what and where.
 *
 * <p>Threads: safe for use by several threads.
 */
public final class LocalPostgres implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LocalPostgres.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final int START_ATTEMPTS = 5;

    private final LocalPostgresOptions options;
    private final DirectoryLock lock;
    private final Programs programs;
    private final Cluster cluster;
    private final String password;
    private final int port;
    private final AtomicLong restarts = new AtomicLong();
    private final Thread supervisor;
    private volatile ServerProcess server;
    private volatile boolean closing;

    private LocalPostgres(LocalPostgresOptions options, DirectoryLock lock) throws IOException, InterruptedException {
        this.options = options;
        this.lock = lock;
        this.programs = Programs.unpack(options);
        this.cluster = new Cluster(options, programs);
        cluster.prepare();
        this.password = cluster.password();
        ServerProcess.endLeftover(cluster.data(), options.stopTimeout());
        this.port = cluster.port();
        this.server = startServer();
        this.supervisor = Thread.ofPlatform().daemon().name("perigee-postgres").unstarted(this::supervise);
    }

    /** Starts the server of a directory, creating what is missing; returns when it accepts connections. */
    public static LocalPostgres start(LocalPostgresOptions options) {
        Path directory = options.directory();
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            DirectoryLock lock = DirectoryLock.of(directory);
            try {
                LocalPostgres postgres = new LocalPostgres(options, lock);
                postgres.supervisor.start();
                return postgres;
            } catch (IOException | InterruptedException | RuntimeException failure) {
                lock.close();
                throw failure;
            }
        } catch (AccessDeniedException denied) {
            throw new LocalPostgresException(
                    "The database directory is not writable: " + denied.getFile() + ".", denied);
        } catch (FileSystemException failure) {
            throw new LocalPostgresException(
                    "The database in " + directory + " cannot be prepared: " + failure.getReason() + " ("
                            + failure.getFile() + ").",
                    failure);
        } catch (IOException failure) {
            throw new LocalPostgresException(
                    "The database in " + directory + " cannot be prepared: " + failure.getMessage(), failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LocalPostgresException("The start of the database was interrupted.", interrupted);
        }
    }

    /** The address of the server's own database. */
    public String jdbcUrl() {
        return jdbcUrl(Cluster.DATABASE);
    }

    /** The address of another database of the same server. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public String username() {
        return Cluster.USER;
    }

    public String password() {
        return password;
    }

    public int port() {
        return port;
    }

    /** How often the server died under this process and was started again. */
    public long restarts() {
        return restarts.get();
    }

    /** Shuts the server down in order and lets go of the directory. */
    @Override
    public void close() {
        closing = true;
        supervisor.interrupt();
        try {
            supervisor.join();
            server.stop(options.stopTimeout());
            lock.close();
        } catch (InterruptedException interrupted) {
            server.closeInput();
            Thread.currentThread().interrupt();
        } catch (IOException failure) {
            log.warn("The lock of {} could not be closed: {}", options.directory(), failure.getMessage());
        }
    }

    /** Starts the server; after an unclean end the last of the old server's processes may still hold its memory. */
    private ServerProcess startServer() throws IOException, InterruptedException {
        boolean unclean = PostmasterFile.read(cluster.data()).isPresent();
        if (unclean) {
            options.progress().accept("recovering the database after an unclean end");
        }
        int attempts = unclean ? START_ATTEMPTS : 1;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            ServerProcess process = ServerProcess.start(cluster, programs, port);
            if (becomesReady(process)) {
                return process;
            }
            TimeUnit.MILLISECONDS.sleep(200L * attempt);
        }
        throw ServerLog.failure("PostgreSQL did not start", cluster.log());
    }

    private boolean becomesReady(ServerProcess process) throws InterruptedException {
        boolean ready = false;
        try {
            ready = process.awaitReady(options.startTimeout());
            if (!ready && process.isAlive()) {
                String limit = options.startTimeout().toSeconds() + " s";
                throw ServerLog.failure("PostgreSQL was not ready within " + limit, cluster.log());
            }
        } finally {
            if (!ready) {
                process.stop(options.stopTimeout());
            }
        }
        return ready;
    }

    private void supervise() {
        try {
            while (!closing) {
                int status = server.waitFor();
                server.closeInput();
                log.warn("PostgreSQL ended with status {}; starting it again", status);
                restart();
            }
        } catch (InterruptedException closed) {
            log.debug("PostgreSQL is watched no longer");
        }
    }

    private void restart() throws InterruptedException {
        Duration pause = Duration.ofMillis(100);
        while (!closing) {
            try {
                ServerProcess.endLeftover(cluster.data(), options.stopTimeout());
                server = startServer();
                restarts.incrementAndGet();
                log.info("PostgreSQL runs again");
                return;
            } catch (IOException | LocalPostgresException failure) {
                log.error("PostgreSQL could not be started again, trying on: {}", failure.getMessage());
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }
}
