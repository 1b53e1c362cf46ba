package dev.perigee.billing.charging;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.pricing.JdbcPriceBooks;
import dev.perigee.postgres.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A real PostgreSQL for a simulation: one connection, so that transactions come one after the other in an order that the seed decides, and a
 * clock that stands until it is moved. Commits do not wait for the disk; losing them is not what is simulated here.
 */
final class SimulatedDatabase implements AutoCloseable {

    /** When everything that is simulated begins, or later. */
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final JdbcClient jdbc;
    final JdbcTransactionManager transactions;
    final JdbcBudgets budgets;
    final JdbcPriceBooks priceBooks;
    private final SingleConnectionDataSource dataSource;
    private final StatementRewriting rewriting;
    private Instant now = START;

    SimulatedDatabase() {
        this(StatementRewriting.NONE);
    }

    /** @param rewriting what a statement is changed to on its way to the database, for mutants */
    SimulatedDatabase(StatementRewriting rewriting) {
        this.rewriting = rewriting;
        TestDatabase database = TestDatabase.create();
        Flyway.configure()
                .dataSource(database.jdbcUrl(), database.username(), database.password())
                .locations("classpath:db/migration/billing")
                .load()
                .migrate();
        try {
            dataSource = new SingleConnectionDataSource(this.rewriting.of(database.connect()), true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        jdbc = JdbcClient.create(dataSource);
        jdbc.sql("SET synchronous_commit = off").update();
        jdbc.sql("SET plan_cache_mode = force_generic_plan").update(); // the same few statements, a million times
        jdbc.sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS "
                        + "'SELECT CAST(current_setting(''simulation.now'') AS timestamptz)'")
                .update();
        transactions = new JdbcTransactionManager(dataSource);
        budgets = new JdbcBudgets(jdbc, transactions);
        priceBooks = new JdbcPriceBooks(jdbc, transactions);
        setClock(START);
        priceBooks.ensure("moonlet", BillingDatabase.RATE);
    }

    /** The tables, written in transactions with scripted outcomes. */
    ChargingTables tables(SimulatedTransactions scripted) {
        return ChargingTables.over(jdbc, scripted);
    }

    Instant now() {
        return now;
    }

    void moveClock(long seconds) {
        setClock(now.plusSeconds(seconds));
    }

    /** Puts the clock to a moment, also to one before. */
    void setClock(Instant moment) {
        now = moment;
        jdbc.sql("SELECT set_config('simulation.now', :now, false)")
                .param("now", now.toString())
                .query(String.class)
                .single();
    }

    @Override
    public void close() {
        dataSource.destroy();
    }
}
