package dev.perigee.billing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.charging.ChargingTables;
import dev.perigee.billing.charging.DeadProcesses;
import dev.perigee.billing.charging.JdbcCharging;
import dev.perigee.billing.charging.JdbcUsageReport;
import dev.perigee.billing.charging.Settling;
import dev.perigee.billing.charging.SharedTransactions;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.JdbcReservations;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.pricing.JdbcPriceBooks;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.FileSystemUtils;

/** A database of its own with billing's tables, and billing's parts over it. */
public final class BillingDatabase implements AutoCloseable {

    public static final Currency USD = Currency.getInstance("USD");
    public static final Rate RATE = new Rate(USD, 600, 150, 2500);

    public final HikariDataSource dataSource;
    public final JdbcClient jdbc;
    public final JdbcTransactionManager transactions;
    public final PriceBooks priceBooks;
    public final UsageReport report;
    public final JdbcBudgets budgets;
    public final JdbcReservations reservations;
    public final JdbcLedger ledger;
    public final ChargingTables tables;
    private final Path folder;
    private final Map<ProcessLease, UsageJournal> journals = new ConcurrentHashMap<>();

    public BillingDatabase(int connections) {
        try {
            folder = Files.createTempDirectory("perigee-test-journals-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TestDatabase database = TestDatabase.create();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.username());
        config.setPassword(database.password());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        dataSource = new HikariDataSource(config);
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration/billing")
                .load()
                .migrate();
        jdbc = JdbcClient.create(dataSource);
        transactions = new JdbcTransactionManager(dataSource);
        priceBooks = new JdbcPriceBooks(jdbc, transactions);
        report = new JdbcUsageReport(jdbc);
        budgets = new JdbcBudgets(jdbc, transactions);
        reservations = new JdbcReservations(jdbc);
        ledger = new JdbcLedger(jdbc);
        tables = ChargingTables.over(jdbc, transactions);
    }

    /** The facade, as a process of its own that lives for an hour. */
    public JdbcCharging charging() {
        ProcessLease lease = lease(Duration.ofHours(1));
        lease.start();
        return charging(lease);
    }

    /** The facade, as the process that holds this lease. */
    public JdbcCharging charging(ProcessLease lease) {
        return charging(lease, transactions);
    }

    /** The facade, as the process that holds this lease, with other transactions. */
    public JdbcCharging charging(ProcessLease lease, PlatformTransactionManager chosen) {
        Settling settling = new Settling(tables, shared(chosen), Duration.ofSeconds(20));
        return new JdbcCharging(priceBooks, tables, shared(chosen), settling, journal(lease));
    }

    /** The same transactions, shared by up to 64 charges. */
    public static SharedTransactions shared(PlatformTransactionManager transactions) {
        return new SharedTransactions(transactions, 64);
    }

    /** What bills dead processes, as the process that holds this lease. */
    public DeadProcesses deadProcesses(ProcessLease lease) {
        return new DeadProcesses(lease, tables, transactions);
    }

    /** The journal of the process that holds this lease. */
    public UsageJournal journal(ProcessLease lease) {
        return journals.computeIfAbsent(lease, each -> UsageJournal.create(folder, each.processId(), 4_096));
    }

    /** Where the journals are. */
    public Path journalFolder() {
        return folder;
    }

    /** A lease that is not taken yet. */
    public ProcessLease lease(Duration length) {
        return new ProcessLease(UUID.randomUUID(), jdbc, length, Duration.ZERO);
    }

    /** Moves the database's clock by an interval, such as {@code 1 hour}; every connection sees it. */
    public void travel(String interval) {
        jdbc.sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS "
                        + "'SELECT transaction_timestamp() + interval ''" + interval + "'''")
                .update();
    }

    /** Stops the database's clock at a moment; every connection sees it. */
    public void travelTo(Instant moment) {
        jdbc.sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS "
                        + "'SELECT timestamptz ''" + moment + "'''")
                .update();
    }

    /** The one number that a statement answers. */
    public long number(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    /** A tenant that was never seen before. */
    public static CostAttribution newTenant() {
        return new CostAttribution(
                UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), USD, "00112233445566778899aabbccddeeff");
    }

    @Override
    public void close() {
        dataSource.close();
        journals.values().forEach(UsageJournal::close);
        FileSystemUtils.deleteRecursively(folder.toFile());
    }
}
