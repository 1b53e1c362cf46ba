package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.pricing.JdbcPriceBooks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * How often a charge goes to the database and back: statements and commits. Under the application's role each of its three transactions has
 * one more, which tells the scope.
 */
class RoundTripsIntegrationTests {

    private static final int ADMISSION = 8;
    private static final int SETTLEMENT = 8;

    private static final AtomicInteger TRIPS = new AtomicInteger();

    private static BillingDatabase database;
    private static JdbcCharging charging;
    private static Admissions admissions;
    private static UsageJournal journal;

    @BeforeAll
    static void open() {
        database = new BillingDatabase(2);
        database.priceBooks.ensure("moonlet", RATE);
        ProcessLease lease = database.lease(Duration.ofHours(1));
        lease.start();
        journal = database.journal(lease);
        Counting connections = new Counting();
        JdbcClient jdbc = JdbcClient.create(connections);
        JdbcTransactionManager transactions = new JdbcTransactionManager(connections);
        ChargingTables tables = ChargingTables.over(jdbc, transactions);
        JdbcPriceBooks prices = new JdbcPriceBooks(jdbc, transactions);
        SharedTransactions shared = BillingDatabase.shared(transactions);
        charging = new JdbcCharging(prices, tables, shared, new Settling(tables, shared, Duration.ZERO), journal);
        admissions = new Admissions(prices, tables, shared, journal);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void chargeWhenAloneGoesToTheDatabaseSixteenTimes() {
        CostAttribution tenant = tenantWithBudget();
        charge("opens-accounts-and-period", tenant);
        charge("finds-the-accounts", tenant);
        TRIPS.set(0);
        assertThat(charging.reserve(request("counted", tenant))).isInstanceOf(Admission.Admitted.class);
        assertThat(TRIPS.getAndSet(0)).isEqualTo(ADMISSION);
        assertThat(charging.settle("counted", new MeasuredUsage(1, 0, 1, 0), RequestOutcome.COMPLETED))
                .isInstanceOf(Settlement.Settled.class);
        assertThat(TRIPS.get()).isEqualTo(SETTLEMENT);
    }

    @Test
    void admissionsWhenFortyComeTogetherGoAsOftenAsOne() {
        List<CostAttribution> tenants =
                IntStream.range(0, 8).mapToObj(i -> tenantWithBudget()).toList();
        tenants.forEach(tenant -> charge("opens-" + tenant.tenantId(), tenant));
        tenants.forEach(tenant -> charge("finds-" + tenant.tenantId(), tenant));
        List<Admissions.Attempt> attempts = IntStream.range(0, 40)
                .mapToObj(i -> new Admissions.Attempt(request("together-" + i, tenants.get(i % 8)), UUID.randomUUID()))
                .toList();
        attempts.forEach(attempt -> journal.begin(attempt.request().requestId()));
        TRIPS.set(0);
        assertThat(admissions.decide(attempts)).hasSize(40).allMatch(Admission.Admitted.class::isInstance);
        assertThat(TRIPS.get()).isEqualTo(ADMISSION);
    }

    private static CostAttribution tenantWithBudget() {
        CostAttribution tenant = newTenant();
        database.budgets.replace(
                new BudgetOwner(tenant.tenantId(), LimitScope.TENANT, tenant.tenantId(), ZoneOffset.UTC),
                List.of(new Budget(BudgetPeriod.MONTH, new BudgetLimit.OfTokens(1_000_000), BudgetMode.HARD)));
        return tenant;
    }

    private static void charge(String id, CostAttribution tenant) {
        assertThat(charging.reserve(request(id, tenant))).isInstanceOf(Admission.Admitted.class);
        charging.settle(id, new MeasuredUsage(1, 0, 1, 0), RequestOutcome.COMPLETED);
    }

    private static ChargeRequest request(String id, CostAttribution tenant) {
        return new ChargeRequest(id, tenant, "moonlet", 10, 20, 1, null);
    }

    /** Connections that count what waits for the server. */
    private static final class Counting extends DelegatingDataSource {

        Counting() {
            super(database.dataSource);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection target = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (List.of("prepareStatement", "createStatement", "commit", "rollback")
                                .contains(method.getName())) {
                            TRIPS.incrementAndGet();
                        }
                        try {
                            return method.invoke(target, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
