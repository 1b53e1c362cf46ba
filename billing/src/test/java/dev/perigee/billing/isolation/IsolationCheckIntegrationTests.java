package dev.perigee.billing.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.postgres.TestDatabase;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class IsolationCheckIntegrationTests {

    private final TestDatabase database = TestDatabase.create();
    private final String role = database.applicationUsername();
    private final DataSource ownerConnections =
            new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password());
    private final JdbcClient owner = JdbcClient.create(ownerConnections);

    IsolationCheckIntegrationTests() {
        Flyway.configure()
                .dataSource(ownerConnections)
                .locations("classpath:db/migration/billing")
                .callbacks(new ApplicationRights(role))
                .load()
                .migrate();
    }

    private JdbcClient as(String username) {
        return JdbcClient.create(new ScopedDataSource(
                new DriverManagerDataSource(database.jdbcUrl(), username, database.password()),
                () -> ownerConnections));
    }

    @Test
    void roleWhenItOwnsNothingIsLetIn() {
        assertThatCode(() -> IsolationCheck.run(as(role))).doesNotThrowAnyException();
    }

    @Test
    void superuserWhenTheApplicationIsOneIsRefused() {
        assertThatThrownBy(() -> IsolationCheck.run(as(database.username())))
                .isInstanceOf(BrokenIsolationException.class)
                .hasMessage("The application connects to the database as " + database.username()
                        + ", which is a superuser: row-level security does not hold for it.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER ROLE %s BYPASSRLS                                                       | has BYPASSRLS
            ALTER TABLE billing.usage OWNER TO %s                                         | owns, or may become the owner of, billing.usage
            CREATE ROLE r_%1$s; ALTER TABLE billing.usage OWNER TO r_%1$s; GRANT r_%1$s TO %1$s | owns, or may become the owner of, billing.usage
            CREATE TABLE billing.slice (tenant_id uuid)                                   | keeps tenants apart in billing.slice
            ALTER TABLE billing.usage DISABLE ROW LEVEL SECURITY                          | keeps tenants apart in billing.usage
            ALTER TABLE billing.usage NO FORCE ROW LEVEL SECURITY                         | keeps tenants apart in billing.usage
            DROP POLICY tenant ON billing.usage                                           | keeps tenants apart in billing.usage
            """)
    void startWhenTheWallHasAHoleIsRefusedByIt(String change, String reason) {
        owner.sql(change.formatted(role)).update();

        assertThatThrownBy(() -> IsolationCheck.run(as(role)))
                .isInstanceOf(BrokenIsolationException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void startWhenTheScopeIsNotToldIsRefused() {
        JdbcClient plain =
                JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), role, database.password()));

        assertThatThrownBy(() -> IsolationCheck.run(plain))
                .isInstanceOf(BrokenIsolationException.class)
                .hasMessageContaining("does not recognise the scope");
    }

    @Test
    void failureWhenAnalysedSaysWhatToDo() {
        BrokenIsolationException failure = new BrokenIsolationException("what", "do this");
        assertThat(new BrokenIsolationFailureAnalyzer()
                        .analyze(new IllegalStateException(failure))
                        .getAction())
                .isEqualTo("do this");
    }
}
