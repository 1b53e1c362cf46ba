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
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * What a request costs in an empty database and in one with years of usage: the look at its key and its charge, by one client as the application's
 * role, in blocks that take turns between the two; then the plans of one charge in the full one, as PostgreSQL tells them.
 *
 * <pre>
 * java -cp 'src/target/perigee/lib/*' src/docs/performance/LoadedBench.java FOLDER ROWS KEYS CHARGES ROUNDS
 * </pre>
 *
 * FOLDER is where both databases are made and left (some 450 bytes a row); one that is full already is measured as it is. A twelfth of the rows
 * lies in each of the last twelve months. Either side has its own server, both on the same disk; CHARGES are those of a block.
 */
public final class LoadedBench implements AutoCloseable {

    private static final Currency USD = Currency.getInstance("USD");
    private static final int MONTHS = 12;
    private static final String ROWS_OF_A_MONTH = """
            INSERT INTO billing.%1$s (request_id, tenant_id, project_id, api_key_id, model, outcome, refused,
                uncached_input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, price_version_id, currency, cost_nanos, occurred_at)
            SELECT gen_random_uuid()::text, md5('tenant' || i %% 10000)::uuid, md5('project' || i %% 10000)::uuid, md5('key' || i %% :keys)::uuid,
                'moonlet', 'completed', false, 100, 20, 200, 0, (SELECT id FROM billing.price_book_version), 'USD', 563000,
                timestamptz '%2$s' + (i - 1) * (interval '28 days' / :rows)
            FROM generate_series(1, :rows) AS i""";

    private final Path folder;
    private final HikariDataSource owner;
    private final String application;
    private final LocalPostgres postgres;

    private LoadedBench(Path folder) {
        this.folder = folder;
        this.postgres = LocalPostgres.start(LocalPostgresOptions.in(folder.resolve("postgres")));
        this.owner = new HikariDataSource();
        owner.setJdbcUrl(postgres.jdbcUrl());
        owner.setUsername(postgres.username());
        owner.setPassword(postgres.password());
        owner.setMaximumPoolSize(2);
        this.application = "bench_app";
        migrate();
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        int charges = Integer.parseInt(arguments[3]);
        int rounds = Integer.parseInt(arguments[4]);
        try (LoadedBench empty = new LoadedBench(folder.resolve("empty")); LoadedBench loaded = new LoadedBench(folder.resolve("loaded"))) {
            try (Charges onEmpty = empty.new Charges(); Charges onLoaded = loaded.new Charges()) {
                loaded.loadOnce(Long.parseLong(arguments[1]), Long.parseLong(arguments[2]));
                compare(onEmpty, onLoaded, charges, rounds);
            }
            loaded.tellPlans();
        }
    }

    private static void compare(Charges empty, Charges loaded, int charges, int rounds) {
        empty.run(charges); // to warm up
        loaded.run(charges);
        double[] ratios = new double[rounds];
        List<Long> allEmpty = new ArrayList<>();
        List<Long> allLoaded = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean emptyFirst = round % 2 == 0;
            List<Long> first = (emptyFirst ? empty : loaded).run(charges);
            List<Long> second = (emptyFirst ? loaded : empty).run(charges);
            allEmpty.addAll(emptyFirst ? first : second);
            allLoaded.addAll(emptyFirst ? second : first);
            ratios[round] = (double) at(emptyFirst ? second : first, 50) / at(emptyFirst ? first : second, 50);
        }
        Arrays.sort(ratios);
        System.out.println("empty:  " + told(allEmpty));
        System.out.println("loaded: " + told(allLoaded));
        System.out.printf(Locale.ROOT, "p50 of a block, loaded / empty: median %.3f (%.3f to %.3f), %d pairs of blocks%n", ratios[rounds / 2],
                ratios[0], ratios[rounds - 1], rounds);
    }

    private static String told(List<Long> nanos) {
        return String.format(Locale.ROOT, "%d requests, p50 %.2f ms, p90 %.2f ms, p99 %.2f ms", nanos.size(), at(nanos, 50) / 1e6,
                at(nanos, 90) / 1e6, at(nanos, 99) / 1e6);
    }

    private static long at(List<Long> nanos, int percent) {
        return nanos.stream().sorted().skip((long) nanos.size() * percent / 100).findFirst().orElseThrow();
    }

    private void migrate() {
        Flyway.configure().dataSource(owner).locations("classpath:db/migration/billing", "classpath:db/migration/platform").load().migrate();
        JdbcClient jdbc = JdbcClient.create(owner);
        if (jdbc.sql("SELECT FROM pg_roles WHERE rolname = :name").param("name", application).query().listOfRows().isEmpty()) {
            jdbc.sql("CREATE ROLE " + application + " LOGIN").update();
        }
        jdbc.sql("ALTER ROLE " + application + " PASSWORD '" + postgres.password() + "'").update();
        jdbc.sql("ALTER ROLE " + application + " RESET ALL").update();
        jdbc.sql("SELECT isolation.admit('" + application + "')").query().singleRow();
    }

    /** By the database itself, without its triggers: what they would check is right by construction. Two months at a time. */
    private void loadOnce(long rows, long keys) throws InterruptedException, ExecutionException {
        JdbcClient jdbc = JdbcClient.create(owner);
        if (jdbc.sql("SELECT FROM platform.api_key LIMIT 1").query().listOfRows().isEmpty()) {
            try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
                List<Future<?>> months = new ArrayList<>();
                for (int month = MONTHS - 1; month >= 0; month--) {
                    int back = month;
                    months.add(pool.submit(() -> withoutTriggers(each -> loadMonth(each, back, rows / MONTHS, keys))));
                }
                for (Future<?> month : months) {
                    month.get();
                }
            }
            withoutTriggers(each -> loadKeys(each, keys));
            jdbc.sql("VACUUM ANALYZE").update();
        }
        System.out.println("size: " + jdbc.sql("SELECT pg_size_pretty(pg_database_size(current_database()))").query(String.class).single()
                + ", usage rows: " + jdbc.sql("SELECT sum(reltuples)::bigint FROM pg_class WHERE relname LIKE 'usage_20%' AND relkind = 'r'")
                        .query(Long.class).single()
                + ", keys: " + jdbc.sql("SELECT reltuples::bigint FROM pg_class WHERE oid = 'platform.api_key'::regclass").query(Long.class).single());
    }

    private void withoutTriggers(Consumer<JdbcClient> work) {
        try (Connection connection = owner.getConnection()) {
            JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            jdbc.sql("SET session_replication_role = replica").update();
            jdbc.sql("SET maintenance_work_mem = '1GB'").update();
            work.accept(jdbc);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Beside the table and without its indexes, which are made when the month takes its place. */
    private static void loadMonth(JdbcClient jdbc, int back, long rows, long keys) {
        YearMonth month = YearMonth.now(ZoneOffset.UTC).minusMonths(back);
        String partition = String.format(Locale.ROOT, "usage_%d_%02d", month.getYear(), month.getMonthValue());
        jdbc.sql("SELECT billing.open_usage_month('" + month.atDay(1) + "'::date)").query().singleRow();
        jdbc.sql("ALTER TABLE billing.usage DETACH PARTITION billing." + partition).update();
        jdbc.sql("ALTER TABLE billing." + partition + " DROP CONSTRAINT " + partition + "_pkey").update();
        jdbc.sql("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'billing." + partition + "'::regclass").query(String.class).list()
                .forEach(index -> jdbc.sql("DROP INDEX " + index).update());
        jdbc.sql(ROWS_OF_A_MONTH.formatted(partition, month.atDay(1) + " 00:00+00")).param("keys", keys).param("rows", rows).update();
        jdbc.sql("ALTER TABLE billing.usage ATTACH PARTITION billing." + partition + " FOR VALUES FROM ('" + month.atDay(1) + " 00:00+00') TO ('"
                + month.plusMonths(1).atDay(1) + " 00:00+00')").update();
        System.out.println(LocalTime.now() + " loaded " + month);
    }

    private static void loadKeys(JdbcClient jdbc, long keys) {
        jdbc.sql("""
                INSERT INTO billing.budget (id, tenant_id, scope, scope_id, period, limit_amount, mode, time_zone)
                SELECT gen_random_uuid(), md5('tenant' || i % 10000)::uuid, 'api_key', md5('key' || i)::uuid, 'month', 1000000000, 'hard', 'Z'
                FROM generate_series(1, :keys) AS i""").param("keys", keys).update();
        jdbc.sql("""
                INSERT INTO platform.api_key (id, tenant_id, project_id, name, prefix, key_hash, models, scopes)
                SELECT md5('key' || i)::uuid, md5('tenant' || i % 10000)::uuid, md5('project' || i % 10000)::uuid, 'loaded',
                    'pgk_' || lpad(i::text, 12, '0'), sha256(i::text::bytea), '{}', '{inference}'
                FROM generate_series(1, :keys) AS i""").param("keys", keys).update();
    }

    @Override
    public void close() {
        owner.close();
        postgres.close();
    }

    /** One charge whose statements tell their plans, and the look at a key. */
    private void tellPlans() throws SQLException {
        JdbcClient jdbc = JdbcClient.create(owner);
        for (String setting : List.of("session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0",
                "auto_explain.log_analyze = on", "auto_explain.log_level = notice", "auto_explain.log_nested_statements = on",
                "auto_explain.log_timing = off", "auto_explain.log_buffers = on")) {
            jdbc.sql("ALTER ROLE " + application + " SET " + setting).update();
        }
        try (Charges told = new Charges()) {
            told.run(10);
            told.tells = true;
            told.run(1);
        }
    }

    /** Charges of 200 tenants over one connection. */
    private final class Charges implements AutoCloseable {

        private final JdbcClient jdbc;
        private final JdbcCharging charging;
        private final ProcessLease lease;
        private final UsageJournal journal;
        private final SingleConnectionDataSource connection;
        private final List<CostAttribution> tenants;
        private boolean tells;
        private int next;

        private Charges() throws SQLException {
            HikariDataSource login = new HikariDataSource();
            login.setJdbcUrl(postgres.jdbcUrl());
            login.setUsername(application);
            login.setPassword(postgres.password());
            connection = new SingleConnectionDataSource(telling(login.getConnection()), true);
            ScopedDataSource scoped = new ScopedDataSource(connection, () -> owner);
            jdbc = JdbcClient.create(scoped);
            JdbcTransactionManager transactions = new JdbcTransactionManager(scoped);
            JdbcPriceBooks prices = new JdbcPriceBooks(jdbc, transactions);
            prices.ensure("moonlet", new Rate(USD, 600, 150, 2500));
            lease = new ProcessLease(UUID.randomUUID(), jdbc, Duration.ofHours(1), Duration.ofHours(1));
            RowScope.ofPlatform().run(lease::renew);
            journal = UsageJournal.create(folder.resolve("journal"), lease.processId(), 64);
            ChargingTables tables = ChargingTables.over(jdbc, transactions);
            SharedTransactions shared = new SharedTransactions(transactions, 64);
            charging = new JdbcCharging(prices, tables, shared, new Settling(tables, shared, Duration.ZERO), journal);
            JdbcBudgets budgets = new JdbcBudgets(jdbc, transactions);
            tenants = IntStream.range(0, 200).mapToObj(i -> tenant(budgets)).toList();
        }

        private static CostAttribution tenant(JdbcBudgets budgets) {
            CostAttribution tenant = new CostAttribution(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), USD, null);
            BudgetOwner budgetOwner = new BudgetOwner(tenant.tenantId(), LimitScope.TENANT, tenant.tenantId(), ZoneOffset.UTC);
            Budget budget = new Budget(BudgetPeriod.MONTH, new BudgetLimit.OfTokens(1L << 50), BudgetMode.HARD);
            RowScope.ofTenant(tenant.tenantId()).run(() -> budgets.replace(budgetOwner, List.of(budget)));
            return tenant;
        }

        /** Requests, so many; how long each took. */
        private List<Long> run(int charges) {
            List<Long> nanos = new ArrayList<>(charges);
            for (int i = 0; i < charges; i++) {
                CostAttribution tenant = tenants.get(next++ % tenants.size());
                long begun = System.nanoTime();
                key();
                RowScope.ofTenant(tenant.tenantId()).run(() -> charge(tenant));
                nanos.add(System.nanoTime() - begun);
            }
            return nanos;
        }

        private void charge(CostAttribution tenant) {
            String id = UUID.randomUUID().toString();
            if (!(charging.reserve(new ChargeRequest(id, tenant, "moonlet", 100, 200, 1, null)) instanceof Admission.Admitted admitted)) {
                throw new AssertionError("not admitted");
            }
            MeasuredUsage usage = new MeasuredUsage(50, 50, 1, 0);
            admitted.slot().count(usage);
            charging.settle(id, usage, RequestOutcome.COMPLETED);
        }

        private void key() {
            RowScope.ofPlatform().run(() -> jdbc.sql("SELECT key_hash FROM platform.api_key k WHERE prefix = :prefix")
                    .param("prefix", "pgk_000000000777").query().listOfRows());
        }

        /** The same connection; it prints the plans that the server tells about its statements. */
        private Connection telling(Connection real) {
            return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(), new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        Object result = invoke(method, real, arguments);
                        return result instanceof PreparedStatement statement ? telling(statement) : result;
                    });
        }

        private PreparedStatement telling(PreparedStatement real) {
            return (PreparedStatement) Proxy.newProxyInstance(Connection.class.getClassLoader(), new Class<?>[] {PreparedStatement.class},
                    (proxy, method, arguments) -> {
                        if (tells && method.getName().equals("close")) {
                            for (SQLWarning told = real.getWarnings(); told != null; told = told.getNextWarning()) {
                                System.out.println(told.getMessage());
                            }
                        }
                        return invoke(method, real, arguments);
                    });
        }

        private static Object invoke(Method method, Object target, Object[] arguments) throws Throwable {
            try {
                return method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() {
            lease.close();
            connection.destroy();
        }
    }
}
