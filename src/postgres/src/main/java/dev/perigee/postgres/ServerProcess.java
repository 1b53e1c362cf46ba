package dev.perigee.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One running server. It runs under a shell that waits for the end of its own standard input, which comes when this
 * process closes it and also when this process is killed; the server then shuts down in order. A session of its own
 * ({@code setsid}) keeps a terminal's Ctrl-C from reaching the server before the application is done with it.
 */
final class ServerProcess {

    private static final String GUARD = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            trap 'kill -INT $server' TERM INT
            (cat >/dev/null; kill -INT $server 2>/dev/null) <&3 &
            watch=$!
            exec 3<&-
            wait $server
            status=$?
            while kill -0 $server 2>/dev/null; do wait $server; status=$?; done
            kill $watch 2>/dev/null
            exit $status
            """;

    private final Process guard;
    private final Path data;

    private ServerProcess(Process guard, Path data) {
        this.guard = guard;
        this.data = data;
    }

    static ServerProcess start(Cluster cluster, Programs programs, int port) throws IOException {
        ServerLog.rotate(cluster.log());
        List<String> server = List.of(
                programs.path("postgres"),
                "-D",
                cluster.data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "full_page_writes=on",
                "-c",
                "logging_collector=off",
                "-c",
                "log_destination=stderr",
                "-c",
                "log_checkpoints=off");
        List<String> guarded = Commands.join(
                List.of("setsid", "sh", "-c", GUARD, "perigee-postgres"),
                Commands.join(cluster.identity().prefix(), server));
        Process guard = new ProcessBuilder(guarded)
                .directory(cluster.data().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(cluster.log().toFile()))
                .start();
        return new ServerProcess(guard, cluster.data());
    }

    boolean isAlive() {
        return guard.isAlive();
    }

    int waitFor() throws InterruptedException {
        return guard.waitFor();
    }

    /** Waits until the server accepts connections; false where it ended or took too long. */
    boolean awaitReady(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (guard.isAlive() && System.nanoTime() < deadline) {
            if (isReady()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    private boolean isReady() {
        Optional<PostmasterFile> file = PostmasterFile.read(data);
        return file.isPresent()
                && file.get().ready()
                && guard.descendants()
                        .anyMatch(child -> child.pid() == file.get().pid());
    }

    /** Asks for an orderly end and takes it by force when that lasts too long. */
    void stop(Duration timeout) throws InterruptedException {
        List<ProcessHandle> family = guard.descendants().toList();
        closeInput();
        if (!guard.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            family.forEach(ProcessHandle::destroyForcibly);
            guard.destroyForcibly().waitFor();
        }
    }

    void closeInput() {
        try {
            guard.getOutputStream().close();
        } catch (IOException endedAlready) {
            // nothing is ever written, so nothing can be lost
        }
    }

    /** Ends a server that an earlier run left behind in this directory, which is this process's alone now. */
    static void endLeftover(Path data, Duration timeout) throws IOException, InterruptedException {
        Optional<ProcessHandle> leftover = PostmasterFile.read(data)
                .flatMap(file -> ProcessHandle.of(file.pid()))
                .filter(process -> servesFrom(process, data));
        if (leftover.isEmpty()) {
            return;
        }
        ProcessHandle server = leftover.get();
        new ProcessBuilder("sh", "-c", "kill -INT " + server.pid()).start().waitFor();
        long deadline = System.nanoTime() + timeout.toNanos();
        while (servesFrom(server, data) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        server.destroyForcibly();
    }

    /** Whether a process works in this cluster; one that has ended but was not buried by its parent does not. */
    static boolean servesFrom(ProcessHandle process, Path data) {
        try {
            Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
            return Files.isSameFile(workingDirectory, data);
        } catch (IOException goneOrForeign) {
            return false;
        }
    }
}
