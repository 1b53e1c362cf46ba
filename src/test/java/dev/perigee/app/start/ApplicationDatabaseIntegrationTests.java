package dev.perigee.app.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.postgres.LocalPostgres;
import dev.perigee.postgres.LocalPostgresOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An outside database whose owner is no superuser. */
class ApplicationDatabaseIntegrationTests {

    private static final DatabaseProperties.Application NONE = new DatabaseProperties.Application(null, null);

    @TempDir
    static Path folder;

    private static LocalPostgres postgres;

    @BeforeAll
    static void start() throws SQLException {
        postgres = LocalPostgres.start(LocalPostgresOptions.in(folder).withoutSyncedCreation());
        administer("CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'secret'");
        administer("CREATE ROLE plain LOGIN PASSWORD 'secret'");
        administer("CREATE DATABASE made OWNER maker");
        administer("CREATE DATABASE kept OWNER plain");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static void administer(String sql) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(postgres.jdbcUrl(), postgres.username(), postgres.password())) {
            connection.createStatement().execute(sql);
        }
    }

    private static OutsideDatabase owned(String database, String owner, String password) {
        return new OutsideDatabase(postgres.jdbcUrl(database), owner, password);
    }

    private static String whoConnects(ApplicationDatabase database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        database.getJdbcUrl(), database.getUsername(), database.getPassword());
                var row = connection
                        .createStatement()
                        .executeQuery("SELECT current_user, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
                                + " FROM pg_roles WHERE rolname = current_user")) {
            assertThat(row.next()).isTrue();
            return row.getString(1) + (row.getBoolean(2) ? ", who may more" : "");
        }
    }

    @Test
    void roleWhenManyNodesStartAtOnceIsMadeByOneAndLetsAllIn() throws SQLException {
        OutsideDatabase owner = owned("made", "maker", "secret");

        List<ApplicationDatabase> nodes = IntStream.range(0, 6)
                .parallel()
                .mapToObj(node -> ApplicationDatabase.of(owner, NONE))
                .toList();

        for (ApplicationDatabase node : nodes) {
            assertThat(whoConnects(node)).isEqualTo("made_app");
        }
    }

    @Test
    void roleWhenTheOwnersPasswordChangesLetsInWithAnother() throws SQLException {
        ApplicationDatabase before = ApplicationDatabase.of(owned("made", "maker", "secret"), NONE);
        administer("ALTER ROLE maker PASSWORD 'other'");
        try {
            ApplicationDatabase after = ApplicationDatabase.of(owned("made", "maker", "other"), NONE);

            assertThat(after.getPassword()).isNotEqualTo(before.getPassword());
            assertThat(whoConnects(after)).isEqualTo("made_app");
        } finally {
            administer("ALTER ROLE maker PASSWORD 'secret'");
        }
    }

    @Test
    void roleWhenItMayNotBeMadeIsAskedForByName() {
        assertThatThrownBy(() -> ApplicationDatabase.of(owned("kept", "plain", "secret"), NONE))
                .isInstanceOf(StartRefusedException.class)
                .hasMessageStartingWith("The database user plain may not make the role kept_app")
                .hasMessageContaining("PERIGEE_DATABASE_APPLICATION_USERNAME");
    }

    @Test
    void roleWhenItIsNamedIsTakenAsItIs() {
        ApplicationDatabase named = ApplicationDatabase.of(
                owned("kept", "plain", "secret"), new DatabaseProperties.Application("someone", "password"));

        assertThat(named.getUsername()).isEqualTo("someone");
        assertThat(named.getPassword()).isEqualTo("password");
        assertThat(named.toString()).doesNotContain("password");
    }

    @Test
    void ownerWhenWithoutPasswordIsToldWhatToSet() {
        OutsideDatabase owner = owned("made", "maker", "");
        assertThatThrownBy(() -> ApplicationDatabase.of(owner, NONE))
                .satisfiesAnyOf(
                        e -> assertThat(e).hasMessageContaining("PERIGEE_DATABASE_APPLICATION_PASSWORD"),
                        e -> assertThat(e).rootCause().isInstanceOf(SQLException.class));
    }
}
