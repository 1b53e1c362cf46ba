package dev.perigee.crash;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One node: a process that is started again whenever it has ended, until it is closed. Threads: one of its own. */
final class CrashNode implements AutoCloseable {

    final int port = freePort();
    private final List<String> command;
    private final Path log;
    private final Thread keeper;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private volatile Process process;
    private volatile long pauseMillis;
    private volatile boolean closing;

    CrashNode(PackagedApplication application, boolean scripted, List<String> properties, Path log) throws IOException {
        List<String> all = new ArrayList<>(properties);
        all.add("--perigee.port=" + port);
        this.command = application.command(scripted, all);
        this.log = log;
        this.process = start();
        this.keeper = Thread.ofPlatform().daemon().name("crash-node").start(this::keep);
    }

    private Process start() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void keep() {
        try {
            while (!closing) {
                process.waitFor();
                Thread.sleep(pauseMillis);
                if (!closing) {
                    process = start();
                }
            }
        } catch (InterruptedException | IOException e) {
            if (!closing) {
                throw new IllegalStateException("node " + port + " cannot be kept", e);
            }
        }
    }

    /** Kills it as {@code kill -9} does; it is started again after so long. */
    void kill(long pauseBeforeStart) throws InterruptedException {
        pauseMillis = pauseBeforeStart;
        process.destroyForcibly().waitFor();
    }

    /** Stops it as a debugger or a swapping machine does, and lets it go on. */
    void suspend(long millis) throws IOException, InterruptedException {
        long pid = process.pid();
        new ProcessBuilder("kill", "-STOP", Long.toString(pid)).start().waitFor();
        Thread.sleep(millis);
        new ProcessBuilder("kill", "-CONT", Long.toString(pid)).start().waitFor();
    }

    /** Whether it takes requests. */
    boolean ready() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address() + "/actuator/health/readiness"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void awaitReady(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!ready()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("liveness: node " + port + " is not ready after " + longest + ", see " + log);
            }
            Thread.sleep(100);
        }
    }

    String address() {
        return "http://127.0.0.1:" + port;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        closing = true;
        keeper.interrupt();
        try {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
