package dev.perigee.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.SharedTransactions;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.isolation.IsolationAutoConfiguration;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class BillingAutoConfigurationTests {

    private static final TestDatabase DATABASE = TestDatabase.create();

    private final ApplicationContextRunner billingOnly = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(BillingAutoConfiguration.class, IsolationAutoConfiguration.class));
    private final ApplicationContextRunner contexts = billingOnly
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class,
                    FlywayAutoConfiguration.class))
            .withPropertyValues(
                    "spring.flyway.locations=classpath:db/migration/billing",
                    "perigee.data-dir=" + System.getProperty("java.io.tmpdir") + "/perigee-test-"
                            + ProcessHandle.current().pid());

    @Test
    void beansWhenDatabaseIsThereAreOffered() {
        contexts.withPropertyValues(DATABASE.springProperties())
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Charging.class)
                        .hasSingleBean(UsageReport.class)
                        .hasSingleBean(PriceBooks.class));
    }

    @Test
    void chargesWhenASettingSaysHowManyShareATransaction() {
        contexts.withPropertyValues(DATABASE.springProperties())
                .run(context -> assertThat(
                                context.getBean(SharedTransactions.class).mostTogether())
                        .isEqualTo(64));
        contexts.withPropertyValues(DATABASE.springProperties())
                .withPropertyValues("perigee.billing.most-together=7")
                .run(context -> assertThat(
                                context.getBean(SharedTransactions.class).mostTogether())
                        .isEqualTo(7));
    }

    @Test
    void beansWhenNoDatabaseIsConfiguredStayAway() {
        billingOnly.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Charging.class));
    }

    @Test
    void startWhenCommitsMayBeLostIsRefusedByTheSettingsName() throws SQLException {
        TestDatabase database = TestDatabase.create();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + connection.getCatalog() + " SET synchronous_commit = off");
        }
        contexts.withPropertyValues(database.springProperties()).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOf(UnsafeDatabaseException.class)
                    .hasMessageContaining("synchronous_commit off");
        });
    }

    @Test
    void failureWhenAnalysedTellsWhatToSwitchOn() {
        assertThat(new UnsafeDatabaseFailureAnalyzer()
                        .analyze(new IllegalStateException(new UnsafeDatabaseException("fsync")))
                        .getAction())
                .contains("Set fsync = on");
    }

    @ParameterizedTest
    @CsvSource({
        "perigee.billing.lease=10ms, perigee.billing.lease is PT0.01S",
        "perigee.billing.settle-deadline=-1s, perigee.billing.settle-deadline is PT-1S",
        "perigee.billing.max-running=0, perigee.billing.max-running is 0",
        "perigee.billing.most-together=0, perigee.billing.most-together is 0",
        "perigee.billing.most-together=1001, perigee.billing.most-together is 1001"
    })
    void startWhenSettingIsOutOfBoundsNamesIt(String setting, String message) {
        contexts.withPropertyValues(DATABASE.springProperties())
                .withPropertyValues(setting)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
    }
}
