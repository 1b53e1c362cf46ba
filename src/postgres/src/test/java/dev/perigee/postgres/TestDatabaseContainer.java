package dev.perigee.postgres;

import dev.perigee.postgres.TestDatabase.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The test server as a container. */
final class TestDatabaseContainer {

    private static final String IMAGE = "postgres:18.6";
    private static final long PULL_SECONDS = 60;

    private TestDatabaseContainer() {}

    /** Whether Testcontainers is there and the engine not only answers but has, or can fetch, and run the image. */
    static boolean isPossible() {
        try {
            Class.forName("org.testcontainers.postgresql.PostgreSQLContainer");
        } catch (ClassNotFoundException absent) {
            return false;
        }
        return succeeds("docker", "info") && succeeds("docker", "run", "--rm", "--quiet", IMAGE, "true");
    }

    static Server start() {
        PostgreSQLContainer container = new PostgreSQLContainer(IMAGE);
        // Testcontainers' own command switches fsync off
        container.setCommand("postgres", "-c", "max_connections=200");
        container.start();
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        String address = "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(5432) + "/";
        return new Server(address, container.getUsername(), container.getPassword());
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(PULL_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
