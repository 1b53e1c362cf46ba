import com.zaxxer.hikari.HikariDataSource;
import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.budget.JdbcBudgets;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.ChargingTables;
import dev.perigee.billing.charging.JdbcCharging;
import dev.perigee.billing.charging.Settling;
import dev.perigee.billing.charging.SharedTransactions;
import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.isolation.ScopedDataSource;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.pricing.JdbcPriceBooks;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.postgres.LocalPostgres;
import dev.perigee.postgres.LocalPostgresOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Admissions and settlements a second with everything durable: its own PostgreSQL with fsync on, each operation one reservation under a hard
 * budget of tokens, its count in the journal, and its settlement.
 *
 * <pre>
 * java -cp 'src/target/perigee/lib/*' src/docs/performance/LedgerBench.java FOLDER TENANTS CLIENTS SECONDS ROLE
 * </pre>
 *
 * FOLDER is where the database is made (on the disk to be measured), ROLE is {@code application} (row-level security holds, as in service) or
 * {@code owner} (it does not, to see what it costs). Five seconds to warm up, then one line of JSON. {@code ./perigee run} makes the libraries.
 */
public final class LedgerBench {

    private static final Currency USD = Currency.getInstance("USD");
    private static final int CONNECTIONS = 10;

    private final JdbcCharging charging;
    private final UsageJournal journal;
    private final CostAttribution[] tenants;
    private final AtomicLong ended = new AtomicLong();

    private LedgerBench(JdbcCharging charging, UsageJournal journal, CostAttribution[] tenants) {
        this.charging = charging;
        this.journal = journal;
        this.tenants = tenants;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        try (LocalPostgres postgres = LocalPostgres.start(LocalPostgresOptions.in(folder.resolve("postgres")))) {
            HikariDataSource owner = pool(postgres, postgres.username(), 2);
            Flyway.configure().dataSource(owner).locations("classpath:db/migration/billing").load().migrate();
            HikariDataSource own = arguments[4].equals("owner") ? pool(postgres, postgres.username(), CONNECTIONS) : application(postgres, owner);
            DataSource connections = arguments[4].equals("owner") ? own : new ScopedDataSource(own, () -> owner);
            JdbcClient jdbc = JdbcClient.create(connections);
            JdbcTransactionManager transactions = new JdbcTransactionManager(connections);
            JdbcPriceBooks prices = new JdbcPriceBooks(jdbc, transactions);
            prices.ensure("moonlet", new Rate(USD, 600, 150, 2500));
            CostAttribution[] tenants = tenants(count, new JdbcBudgets(jdbc, transactions));
            ProcessLease lease = new ProcessLease(UUID.randomUUID(), jdbc, Duration.ofMinutes(10), Duration.ofHours(1));
            lease.start();
            UsageJournal journal = UsageJournal.create(Files.createDirectories(folder.resolve("journal")), lease.processId(), 4096);
            ChargingTables tables = ChargingTables.over(jdbc, transactions);
            SharedTransactions shared = new SharedTransactions(transactions, 64);
            JdbcCharging charging =
                    new JdbcCharging(prices, tables, shared, new Settling(tables, shared, Duration.ofSeconds(20)), journal);
            LedgerBench bench = new LedgerBench(charging, journal, tenants);
            bench.run(Integer.parseInt(arguments[2]), 5);
            System.out.println(bench.run(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3])).formatted(
                    count, Integer.parseInt(arguments[2]), arguments[4]));
            lease.close();
            own.close();
            owner.close();
        }
    }

    private static HikariDataSource pool(LocalPostgres postgres, String username, int connections) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(postgres.jdbcUrl());
        pool.setUsername(username);
        pool.setPassword(postgres.password());
        pool.setMaximumPoolSize(connections);
        return pool;
    }

    private static HikariDataSource application(LocalPostgres postgres, DataSource owner) {
        JdbcClient jdbc = JdbcClient.create(owner);
        jdbc.sql("DO $$ BEGIN CREATE ROLE bench_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$").update();
        jdbc.sql("ALTER ROLE bench_app PASSWORD '" + postgres.password() + "'").update();
        jdbc.sql("SELECT isolation.admit('bench_app')").query().singleRow();
        return pool(postgres, "bench_app", CONNECTIONS);
    }

    private static CostAttribution[] tenants(int count, JdbcBudgets budgets) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    CostAttribution tenant = new CostAttribution(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), USD, null);
                    BudgetOwner owner = new BudgetOwner(tenant.tenantId(), LimitScope.TENANT, tenant.tenantId(), ZoneOffset.UTC);
                    Budget budget = new Budget(BudgetPeriod.MONTH, new BudgetLimit.OfTokens(1L << 50), BudgetMode.HARD);
                    RowScope.ofTenant(tenant.tenantId()).run(() -> budgets.replace(owner, List.of(budget)));
                    return tenant;
                })
                .toArray(CostAttribution[]::new);
    }

    /** Runs for so long; returns the line to print. */
    private String run(int clients, int seconds) throws InterruptedException {
        long[][] nanos = new long[clients][];
        CountDownLatch done = new CountDownLatch(clients);
        long begun = System.nanoTime();
        long end = begun + seconds * 1_000_000_000L;
        for (int client = 0; client < clients; client++) {
            int number = client;
            Thread.ofVirtual().start(() -> {
                nanos[number] = client(number, end);
                done.countDown();
            });
        }
        done.await();
        double took = (System.nanoTime() - begun) / 1e9;
        long[] all = Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "{\"tenants\":%%d,\"clients\":%%d,\"role\":\"%%s\",\"operations\":%d,\"per_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f}",
                all.length,
                all.length / took,
                all[all.length / 2] / 1e6,
                all[all.length * 99 / 100] / 1e6);
    }

    private long[] client(int number, long end) {
        long[] nanos = new long[1_000_000];
        int operations = 0;
        while (System.nanoTime() < end) {
            CostAttribution tenant = tenants[(int) ((number + ended.getAndIncrement()) % tenants.length)];
            long begun = System.nanoTime();
            RowScope.ofTenant(tenant.tenantId()).run(() -> operate(tenant));
            nanos[operations++] = System.nanoTime() - begun;
        }
        return Arrays.copyOf(nanos, operations);
    }

    private void operate(CostAttribution tenant) {
        String id = UUID.randomUUID().toString();
        Admission admission = charging.reserve(new ChargeRequest(id, tenant, "moonlet", 100, 200, 1, null));
        if (!(admission instanceof Admission.Admitted admitted)) {
            throw new AssertionError(admission);
        }
        MeasuredUsage usage = new MeasuredUsage(50, 50, 1, 0);
        admitted.slot().count(usage);
        charging.settle(id, usage, RequestOutcome.COMPLETED);
    }
}
