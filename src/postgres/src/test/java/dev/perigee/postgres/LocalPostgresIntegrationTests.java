package dev.perigee.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPostgresIntegrationTests {

    @TempDir
    Path directory;

    private LocalPostgresOptions options;

    @BeforeEach
    void shareThePrograms() {
        Path programs = Path.of(
                System.getProperty("java.io.tmpdir"), "perigee-postgres-programs-" + System.getProperty("user.name"));
        options = LocalPostgresOptions.in(directory).withPrograms(programs).withoutSyncedCreation();
    }

    @Test
    void serverWhenStartedIsDurableAndPrivate() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(query(postgres, "SHOW fsync")).isEqualTo("on");
            assertThat(query(postgres, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(query(postgres, "SHOW data_checksums")).isEqualTo("on");
            assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(postgres, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'"))
                    .isEqualTo("0");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("password"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void connectionWhenPasswordIsWrongIsRefused() {
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), "wrong"));
        }
    }

    @Test
    void rowsWhenServerIsClosedAndStartedAgainAreKept() throws Exception {
        int port;
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
            port = postgres.port();
        }
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(postgres.port()).isEqualTo(port);
        }
    }

    @Test
    void serverWhenKilledIsStartedAgainOnTheSamePortWithItsRows() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
            serverProcess().orElseThrow().destroyForcibly();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> postgres.restarts() == 1);
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void serverWhenKilledAgainAndAgainComesBackEachTime() throws Exception {
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            for (int round = 1; round <= 3; round++) {
                int expected = round;
                serverProcess().orElseThrow().destroyForcibly();
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> postgres.restarts() == expected);
            }
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void directoryWhenInUseIsRefusedInOneLine() {
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(postgres.port()).isPositive();
            assertThatExceptionOfType(LocalPostgresException.class)
                    .isThrownBy(() -> LocalPostgres.start(options))
                    .withMessage("The database in " + directory + " is in use by another Perigee (process "
                            + ProcessHandle.current().pid() + "); stop it, or choose another data directory.");
        }
    }

    @Test
    void serverWhenItsProcessIsKilledEndsAndTheNextStartIsClean() throws Exception {
        Process process = startInAnotherProcess();
        String address = process.inputReader().readLine();
        assertThat(address).startsWith("jdbc:postgresql://127.0.0.1:");
        ProcessHandle server = serverProcess().orElseThrow();

        process.destroyForcibly().waitFor();

        server.onExit().get(5, TimeUnit.SECONDS);
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(postgres.jdbcUrl()).isEqualTo(address);
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void serverWhenItsGuardIsKilledTooIsEndedByTheNextStart() throws Exception {
        Process process = startInAnotherProcess();
        assertThat(process.inputReader().readLine()).isNotNull();
        ProcessHandle server = serverProcess().orElseThrow();
        server.parent()
                .orElseThrow()
                .children()
                .filter(child -> child.pid() != server.pid())
                .forEach(watch -> {
                    watch.descendants().forEach(ProcessHandle::destroyForcibly);
                    watch.destroyForcibly();
                });
        server.parent().orElseThrow().destroyForcibly();
        process.destroyForcibly().waitFor();
        assertThat(ServerProcess.servesFrom(server, directory.resolve("data"))).isTrue();

        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(serverProcess().orElseThrow().pid()).isNotEqualTo(server.pid());
            assertThat(query(postgres, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void portWhenTakenByAnotherIsReplaced() throws Exception {
        int first;
        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            first = postgres.port();
        }
        try (java.net.ServerSocket taken =
                        new java.net.ServerSocket(first, 1, java.net.InetAddress.getLoopbackAddress());
                LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(postgres.port()).isNotEqualTo(taken.getLocalPort());
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void clusterWhenDamagedIsRefusedInOneLineWithTheLog() throws Exception {
        LocalPostgres.start(options).close();
        Files.delete(directory.resolve("data/global/pg_control"));

        assertThatExceptionOfType(LocalPostgresException.class)
                .isThrownBy(() -> LocalPostgres.start(options))
                .withMessageStartingWith("PostgreSQL did not start")
                .withMessageContaining("pg_control")
                .withMessageContaining(directory.resolve("server.log").toString())
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("\n"));
    }

    @Test
    void clusterWhenOfAnotherVersionIsRefused() throws Exception {
        LocalPostgres.start(options).close();
        Files.writeString(directory.resolve("data/PG_VERSION"), "17\n");

        assertThatExceptionOfType(LocalPostgresException.class)
                .isThrownBy(() -> LocalPostgres.start(options))
                .withMessageContaining("version 17");
    }

    @Test
    void creationWhenCutShortLeavesNothingBehind() throws Exception {
        Files.createDirectories(directory.resolve("data.new/base"));
        Files.writeString(directory.resolve("data.new/PG_VERSION"), "18");

        try (LocalPostgres postgres = LocalPostgres.start(options)) {
            assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
            assertThat(directory.resolve("data.new")).doesNotExist();
        }
    }

    @Test
    void directoryWhenItCannotBeCreatedIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatExceptionOfType(LocalPostgresException.class)
                .isThrownBy(() -> LocalPostgres.start(LocalPostgresOptions.in(file.resolve("postgres"))))
                .withMessageContaining(file.toString());
    }

    private Process startInAnotherProcess() throws Exception {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString(),
                        options.programs().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private Optional<ProcessHandle> serverProcess() {
        return PostmasterFile.read(directory.resolve("data")).flatMap(file -> ProcessHandle.of(file.pid()));
    }

    private static void execute(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** A process with a server of its own, which tests kill. */
    static final class Child {

        public static void main(String[] arguments) throws Exception {
            LocalPostgres postgres = LocalPostgres.start(LocalPostgresOptions.in(Path.of(arguments[0]))
                    .withPrograms(Path.of(arguments[1]))
                    .withoutSyncedCreation());
            execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
            System.out.println(postgres.jdbcUrl());
            Thread.sleep(Duration.ofMinutes(2));
        }
    }
}
