package dev.perigee.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * A fresh, empty database for a test class, on a real PostgreSQL that all test classes of this JVM share.
 *
 * <pre>{@code
 * private static final TestDatabase database = TestDatabase.create();
 *
 * private final ApplicationContextRunner contexts = new ApplicationContextRunner()
 *         .withPropertyValues(database.springProperties());
 * }</pre>
 *
 * <p>The server is a container where a Docker engine can run images and Testcontainers is on the class path, else a
 * {@link LocalPostgres}; {@code PERIGEE_TEST_DATABASE=local|docker} forces one of them. The tests are the same.
 *
 * @param jdbcUrl the address of this database
 * @param username a superuser, who owns the database
 * @param password that user's password
 */
public record TestDatabase(String jdbcUrl, String username, String password) {

    /** Creates an empty database on the shared server; the server starts with the first one. */
    public static TestDatabase create() {
        Server server = Shared.server;
        String name = "test_" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection =
                        DriverManager.getConnection(server.url("postgres"), server.username(), server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
            statement.execute("CREATE ROLE " + name + "_app LOGIN PASSWORD '" + server.password() + "'");
        } catch (SQLException failure) {
            throw new IllegalStateException("The test database could not be created", failure);
        }
        return new TestDatabase(server.url(name), server.username(), server.password());
    }

    /** A role that owns nothing, for the application; its password is the superuser's. */
    public String applicationUsername() {
        return jdbcUrl.substring(jdbcUrl.lastIndexOf('/') + 1) + "_app";
    }

    /** The properties by which a Spring Boot application or context runner uses this database, and its owner migrates it. */
    public String[] springProperties() {
        return new String[] {
            "spring.datasource.url=" + jdbcUrl,
            "spring.datasource.username=" + applicationUsername(),
            "spring.datasource.password=" + password,
            "spring.flyway.url=" + jdbcUrl,
            "spring.flyway.user=" + username,
            "spring.flyway.password=" + password
        };
    }

    /** A connection as the application makes them. */
    public Connection connectAsApplication() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, applicationUsername(), password);
    }

    /** A connection of the owner's. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, username, password);
    }

    /** A running server. */
    record Server(String urlPrefix, String username, String password) {

        private static final long ENOUGH_BYTES = 2L << 30;

        String url(String database) {
            return urlPrefix + database;
        }

        static Server local() {
            try {
                Path home = Files.createTempDirectory(roomiest(), "perigee-test-postgres-");
                Path programs = Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "perigee-postgres-programs-" + System.getProperty("user.name"));
                LocalPostgres postgres = LocalPostgres.start(
                        LocalPostgresOptions.in(home).withPrograms(programs).withoutSyncedCreation());
                Runtime.getRuntime().addShutdownHook(new Thread(() -> end(postgres, home)));
                return new Server(postgres.jdbcUrl(""), postgres.username(), postgres.password());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** Memory where there is enough of it: nothing here outlives the JVM, and some disks delete files slowly. */
        private static Path roomiest() throws IOException {
            Path memory = Path.of("/dev/shm");
            boolean enough =
                    Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() > ENOUGH_BYTES;
            return enough ? memory : Path.of(System.getProperty("java.io.tmpdir"));
        }

        private static void end(LocalPostgres postgres, Path home) {
            postgres.close();
            try {
                FileTrees.delete(home);
            } catch (IOException failure) {
                System.err.println("left behind: " + home + " (" + failure.getMessage() + ")");
            }
        }
    }

    private static final class Shared {

        static final Server server = choose();

        private static Server choose() {
            String forced = System.getenv().getOrDefault("PERIGEE_TEST_DATABASE", "");
            return switch (forced) {
                case "local" -> Server.local();
                case "docker" -> TestDatabaseContainer.start();
                case "" -> TestDatabaseContainer.isPossible() ? TestDatabaseContainer.start() : Server.local();
                default -> throw new IllegalStateException("PERIGEE_TEST_DATABASE is local or docker, not " + forced);
            };
        }
    }
}
