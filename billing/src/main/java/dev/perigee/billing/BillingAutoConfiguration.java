package dev.perigee.billing;

import dev.perigee.billing.budget.Budgets;
import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.ChargingTables;
import dev.perigee.billing.charging.DeadProcesses;
import dev.perigee.billing.charging.JdbcCharging;
import dev.perigee.billing.charging.JdbcReconciliations;
import dev.perigee.billing.charging.JdbcUsageReport;
import dev.perigee.billing.charging.Settling;
import dev.perigee.billing.charging.SharedTransactions;
import dev.perigee.billing.charging.UsageRecovery;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.invoicing.Invoices;
import dev.perigee.billing.invoicing.JdbcInvoices;
import dev.perigee.billing.isolation.IsolationCheck;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageMonths;
import dev.perigee.billing.pricing.JdbcPriceBooks;
import dev.perigee.billing.pricing.PriceBooks;
import java.nio.file.Path;
import java.util.UUID;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** Prices, budgets, charging, usage reports and invoices over the application's PostgreSQL. */
@AutoConfiguration(
        after = {
            JdbcClientAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            FlywayAutoConfiguration.class
        })
@ConditionalOnBean({JdbcClient.class, PlatformTransactionManager.class})
@EnableConfigurationProperties(BillingProperties.class)
public final class BillingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PriceBooks priceBooks(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new JdbcPriceBooks(jdbc, transactions);
    }

    @Bean
    @ConditionalOnMissingBean
    Budgets budgets(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new JdbcBudgets(jdbc, transactions);
    }

    @Bean
    @ConditionalOnMissingBean
    UsageReport usageReport(JdbcClient jdbc) {
        return new JdbcUsageReport(jdbc);
    }

    @Bean
    @ConditionalOnMissingBean
    Invoices invoices(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new JdbcInvoices(jdbc, transactions, new JdbcLedger(jdbc));
    }

    /** The first to touch the database for money, so the place where a database that forgets, or shows too much, is refused. */
    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    ProcessLease processLease(JdbcClient jdbc, BillingProperties properties) {
        DurabilityCheck.run(jdbc);
        IsolationCheck.run(jdbc);
        return new ProcessLease(UUID.randomUUID(), jdbc, properties.lease(), properties.grace());
    }

    @Bean
    @ConditionalOnMissingBean
    UsageJournal usageJournal(ProcessLease lease, BillingProperties properties, Environment environment) {
        return UsageJournal.create(journalFolder(properties, environment), lease.processId(), properties.maxRunning());
    }

    @Bean
    @ConditionalOnMissingBean
    SharedTransactions sharedTransactions(PlatformTransactionManager transactions, BillingProperties properties) {
        return new SharedTransactions(transactions, properties.mostTogether());
    }

    @Bean
    @ConditionalOnMissingBean
    Settling settling(ChargingTables tables, SharedTransactions transactions, BillingProperties properties) {
        return new Settling(tables, transactions, properties.settleDeadline());
    }

    @Bean
    @ConditionalOnMissingBean
    ChargingTables chargingTables(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return ChargingTables.over(jdbc, transactions);
    }

    @Bean
    @ConditionalOnMissingBean
    DeadProcesses deadProcesses(ProcessLease lease, ChargingTables tables, PlatformTransactionManager transactions) {
        return new DeadProcesses(lease, tables, transactions);
    }

    /** Replays what dead processes left before anything new is charged. */
    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    UsageRecovery usageRecovery(
            UsageJournal journal, Settling settling, DeadProcesses deadProcesses, ChargingTables tables) {
        return new UsageRecovery(journal, settling, deadProcesses, tables);
    }

    @Bean(initMethod = "start")
    @ConditionalOnMissingBean
    UsageMonths usageMonths(JdbcClient jdbc) {
        return new UsageMonths(jdbc);
    }

    private static Path journalFolder(BillingProperties properties, Environment environment) {
        Path chosen = properties.journalFolder();
        String home = System.getProperty("user.home") + "/.perigee";
        return chosen != null ? chosen : Path.of(environment.getProperty("perigee.data-dir", home), "usage-journal");
    }

    @Bean
    @ConditionalOnMissingBean
    JdbcReconciliations reconciliations(JdbcClient jdbc) {
        return new JdbcReconciliations(jdbc);
    }

    @Bean
    @ConditionalOnMissingBean
    Charging charging(
            ChargingTables tables,
            SharedTransactions transactions,
            PriceBooks priceBooks,
            Settling settling,
            UsageRecovery recovery) {
        return new JdbcCharging(priceBooks, tables, transactions, settling, recovery.journal());
    }
}
