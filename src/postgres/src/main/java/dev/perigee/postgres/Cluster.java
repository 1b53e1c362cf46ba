package dev.perigee.postgres;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What stays on disk between two runs: {@code data} (the cluster), {@code password} (mode 0600), {@code port} and
 * {@code server.log}. A cluster is initialised beside its place and moved there whole.
 */
final class Cluster {

    static final String USER = "perigee";
    static final String DATABASE = "perigee";

    private static final String MAJOR_VERSION = "18";
    private static final int PASSWORD_BYTES = 24;
    private static final long INITIALISE_SECONDS = 120;

    private final LocalPostgresOptions options;
    private final Programs programs;
    private final ServerIdentity identity;

    Cluster(LocalPostgresOptions options, Programs programs) throws IOException {
        this.options = options;
        this.programs = programs;
        this.identity = ServerIdentity.choose(data(), programs.home());
    }

    Path data() {
        return options.directory().resolve("data");
    }

    Path log() {
        return options.directory().resolve("server.log");
    }

    ServerIdentity identity() {
        return identity;
    }

    /** Makes the cluster where there is none, and refuses one of another major version. */
    void prepare() throws IOException, InterruptedException {
        if (!Files.exists(data())) {
            options.progress().accept("creating the database in " + data());
            initialise();
        }
        Path versionFile = data().resolve("PG_VERSION");
        String version =
                Files.exists(versionFile) ? Files.readString(versionFile).strip() : "none";
        if (!version.equals(MAJOR_VERSION)) {
            throw new LocalPostgresException("The cluster in " + data() + " is of PostgreSQL version " + version
                    + ", this server is " + MAJOR_VERSION + "; restore it from a backup or move it away.");
        }
    }

    String password() throws IOException {
        Path file = options.directory().resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[PASSWORD_BYTES];
            new SecureRandom().nextBytes(random);
            writePrivately(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    /** The port of the last run where it is still free, else another one, kept for the next run. */
    int port() throws IOException {
        Path file = options.directory().resolve("port");
        int wanted = Files.exists(file) ? parsePort(Files.readString(file).strip()) : 0;
        int port = wanted != 0 && isFree(wanted) ? wanted : freePort();
        if (port != wanted) {
            Files.writeString(file, Integer.toString(port));
        }
        return port;
    }

    private static int parsePort(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) < 65536 ? Integer.parseInt(text) : 0;
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void initialise() throws IOException, InterruptedException {
        Path unfinished = options.directory().resolve("data.new");
        Path passwordCopy = options.directory().resolve("password.new");
        FileTrees.delete(unfinished);
        Files.createDirectory(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        identity.own(unfinished);
        Files.deleteIfExists(passwordCopy);
        writePrivately(passwordCopy, password());
        identity.own(passwordCopy);
        try {
            run(
                    List.of(
                            programs.path("initdb"),
                            "--pgdata=" + unfinished,
                            "--username=" + USER,
                            "--pwfile=" + passwordCopy,
                            "--auth=scram-sha-256",
                            "--data-checksums",
                            "--encoding=UTF8",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--locale=C",
                            options.syncedCreation() ? "--sync-method=fsync" : "--no-sync"),
                    "");
            String sync = "fsync=" + (options.syncedCreation() ? "on" : "off");
            run(
                    List.of(programs.path("postgres"), "--single", "-c", sync, "-D", unfinished.toString(), "postgres"),
                    "CREATE DATABASE " + DATABASE + "\n");
        } finally {
            Files.deleteIfExists(passwordCopy);
        }
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(List<String> command, String input) throws IOException, InterruptedException {
        File log = log().toFile();
        Process process = new ProcessBuilder(Commands.join(identity.prefix(), command))
                .directory(options.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        try (OutputStream stream = process.getOutputStream()) {
            stream.write(input.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException endedAlready) {
            // its exit status says why
        }
        if (!process.waitFor(INITIALISE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw ServerLog.failure("The database could not be created within " + INITIALISE_SECONDS + " s", log());
        }
        if (process.exitValue() != 0) {
            throw ServerLog.failure("The database could not be created", log());
        }
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }
}
