package dev.perigee.platform.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.RefusedRequest;
import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.isolation.ScopedDataSource;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.platform.testing.ScriptedBackend.Script;
import dev.perigee.platform.testing.TestPlatform;
import dev.perigee.platform.testing.TestPlatform.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Currency;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Row-level security: every table of the catalog, except those that are listed as shared, against raw SQL under the application's role. */
class TenantIsolationIntegrationTests {

    private static final String HI =
            "{\"model\":\"moonlet\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi there you\"}]}";
    private static final String NIL = "00000000-0000-0000-0000-000000000000";
    /** A row as text, without what the platform renews meanwhile. */
    private static final String ROW = "(to_jsonb(t) - 'lease_until')::text";

    private static final TestPlatform PLATFORM =
            TestPlatform.start("perigee.receipts.period=1h", "server.shutdown=immediate");
    private static final JdbcClient OWNER = PLATFORM.owner();
    private static final DataSource CONNECTIONS = PLATFORM.bean(DataSource.class);
    private static final JdbcClient JDBC = JdbcClient.create(CONNECTIONS);

    private static Account a;
    private static Account b;
    private static List<CompletableFuture<?>> running;

    /** Two tenants that have something in every table. */
    @BeforeAll
    static void fill() {
        a = PLATFORM.account();
        b = PLATFORM.account();
        for (Account account : List.of(a, b)) {
            String tenant = "/tenants/" + account.tenantId();
            PLATFORM.admin("PUT", tenant + "/quota", "{\"concurrent_requests\":9}");
            PLATFORM.admin("PUT", "/projects/" + account.projectId() + "/quota", "{\"requests_per_minute\":900}");
            PLATFORM.admin("PUT", "/api-keys/" + account.keyId() + "/quota", "{\"tokens_per_minute\":90000}");
            PLATFORM.admin(
                    "PUT", tenant + "/budgets", "[{\"period\":\"day\",\"limit\":{\"tokens\":9000},\"mode\":\"hard\"}]");
            String request = PLATFORM.complete(account, HI).header("x-request-id");
            assertThat(PLATFORM.call("GET", "/v1/receipts/" + request, null, "x-api-key", account.key())
                            .status())
                    .isEqualTo(200);
            PLATFORM.call(
                    "POST", "/v1/chat/completions", HI, "x-api-key", account.key(), "Idempotency-Key", account.keyId());
            refuse(account);
        }
        OWNER.sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS"
                        + " 'SELECT transaction_timestamp() + interval ''40 days'''")
                .update();
        for (Account account : List.of(a, b)) {
            String month = OWNER.sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')")
                    .query(String.class)
                    .single();
            String invoice = PLATFORM.admin(
                            "POST", "/tenants/" + account.tenantId() + "/invoices", "{\"period\":\"" + month + "\"}")
                    .json()
                    .get("id")
                    .stringValue();
            assertThat(PLATFORM.admin("POST", "/invoices/" + invoice + "/issue", null)
                            .status())
                    .isEqualTo(200);
        }
        PLATFORM.backend().answer(request -> Script.ofWords("a", "b").withPause(Duration.ofSeconds(60)));
        running = Stream.of(a, b)
                .<CompletableFuture<?>>map(
                        account -> CompletableFuture.supplyAsync(() -> PLATFORM.complete(account, HI)))
                .toList();
        while (PLATFORM.backend().running() < 2) {
            Thread.onSpinWait();
        }
    }

    private static void refuse(Account account) {
        CostAttribution attribution = new CostAttribution(
                UUID.fromString(account.tenantId()),
                UUID.fromString(account.projectId()),
                UUID.fromString(account.keyId()),
                Currency.getInstance("USD"),
                null);
        RefusedRequest refused = new RefusedRequest(
                UUID.randomUUID().toString(), attribution, "moonlet", RequestOutcome.BUDGET_EXHAUSTED);
        scope(account).run(() -> PLATFORM.bean(Charging.class).refuse(refused));
    }

    @AfterAll
    static void stop() {
        PLATFORM.close();
        running.forEach(each -> each.exceptionally(gone -> null).join());
    }

    static List<String> tenantTables() {
        return OWNER.sql("""
                        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'isolation')
                            AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'flyway_schema_history'
                            AND n.nspname || '.' || c.relname NOT IN (SELECT name FROM isolation.shared_table)""").query(String.class).list();
    }

    private static Set<String> rows(JdbcClient jdbc, String table) {
        return new HashSet<>(jdbc.sql("SELECT " + ROW + " FROM " + table + " t")
                .query(String.class)
                .list());
    }

    private static Set<String> rowsSeenBy(RowScope scope, String table) {
        return scope.call(() -> rows(JDBC, table));
    }

    private static RowScope scope(Account account) {
        return RowScope.ofTenant(UUID.fromString(account.tenantId()));
    }

    @Test
    void catalogWhenReadHasTheTablesThatHoldTenantsData() {
        assertThat(tenantTables())
                .contains("billing.usage", "billing.engine_count", "platform.tenant", "platform.quota")
                .hasSizeGreaterThanOrEqualTo(17);
    }

    @ParameterizedTest
    @MethodSource("tenantTables")
    void rowsWhenAskedForWithoutConditionAreTheTenantsOwn(String table) {
        Set<String> ofA = rowsSeenBy(scope(a), table);
        Set<String> ofB = rowsSeenBy(scope(b), table);

        assertThat(ofA).isNotEmpty().doesNotContainAnyElementsOf(ofB).noneMatch(row -> row.contains(b.tenantId()));
        assertThat(ofB).isNotEmpty().noneMatch(row -> row.contains(a.tenantId()));
        assertThat(rowsSeenBy(RowScope.ofPlatform(), table))
                .containsAll(ofA)
                .containsAll(ofB)
                .isEqualTo(rows(OWNER, table));
    }

    @ParameterizedTest
    @MethodSource("tenantTables")
    void rowsWhenNobodyAsksAreNone(String table) {
        assertThat(rows(JDBC, table)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tenantTables")
    void rowsWhenTheSettingIsForgedAreNone(String table) throws SQLException {
        try (Connection raw = rawConnection();
                Connection other = rawConnection()) {
            String valid = validSetting(raw, b);
            String signature = validSetting(raw, a).substring(37);
            List<String> forged = List.of(
                    b.tenantId(),
                    "",
                    "x".repeat(101),
                    b.tenantId() + ":" + "0".repeat(64),
                    b.tenantId() + ":" + signature,
                    NIL + ":" + signature,
                    valid.toUpperCase(Locale.ROOT),
                    validSetting(other, b));
            for (String setting : forged) {
                assertThat(rowsWith(raw, setting, table)).as(setting).isEmpty();
            }
            assertThat(rowsWith(raw, valid, table)).as("the valid one").isNotEmpty();
        }
    }

    /** A connection as the application's role, as whoever has got hold of its password would open it. */
    private static Connection rawConnection() throws SQLException {
        return PLATFORM.database().connectAsApplication();
    }

    /** What the platform would tell this very server process. */
    private static String validSetting(Connection raw, Account account) {
        JdbcClient scoped = JdbcClient.create(
                new ScopedDataSource(new SingleConnectionDataSource(raw, true), PLATFORM::ownerConnections));
        return scope(account)
                .call(() -> scoped.sql("SELECT current_setting('perigee.scope')")
                        .query(String.class)
                        .single());
    }

    private static Set<String> rowsWith(Connection raw, String setting, String table) {
        JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource(raw, true));
        jdbc.sql("SELECT set_config('perigee.scope', ?, false)")
                .param(setting)
                .query(String.class)
                .single();
        return rows(jdbc, table);
    }

    @ParameterizedTest
    @MethodSource("tenantTables")
    void rowsWhenOfAnotherTenantCannotBeChangedOrAdded(String table) {
        Set<String> before = rows(OWNER, table);
        String ofB = literal(rowsSeenBy(scope(b), table).iterator().next());
        String whole = literal(OWNER.sql("SELECT to_json(t)::text FROM " + table + " t WHERE " + ROW + " = " + ofB)
                .query(String.class)
                .single());

        assertThatThrownBy(() -> asTenantA("INSERT INTO " + table + " SELECT * FROM json_populate_record(NULL::" + table
                        + ", " + whole + ")"))
                .rootCause()
                .hasMessageContaining("row-level security");
        String column = firstColumn(table);
        for (String change : List.of(
                "DELETE FROM " + table + " t WHERE " + ROW + " = " + ofB,
                "UPDATE " + table + " t SET " + column + " = " + column + " WHERE " + ROW + " = " + ofB)) {
            try {
                assertThat(asTenantA(change)).isZero();
            } catch (DataAccessException refused) {
                assertThat(refused).rootCause().hasMessageContaining("permission denied");
            }
        }
        assertThat(rows(OWNER, table)).isEqualTo(before);
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String firstColumn(String table) {
        return OWNER.sql("SELECT attname FROM pg_attribute WHERE attrelid = :table::regclass AND attnum = 1")
                .param("table", table)
                .query(String.class)
                .single();
    }

    private static int asTenantA(String sql) {
        return scope(a).call(() -> JDBC.sql(sql).update());
    }

    @Test
    void connectionWhenItReturnsToThePoolRemembersNobody() throws SQLException {
        DataSource pool = ((ScopedDataSource) CONNECTIONS).getTargetDataSource();
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(CONNECTIONS));
        for (int i = 0; i < 40; i++) {
            scope(b).run(() -> JDBC.sql("SELECT count(*) FROM billing.usage")
                    .query(Long.class)
                    .single());
            RowScope.ofPlatform()
                    .run(() -> transaction.executeWithoutResult(
                            status -> JDBC.sql("SELECT 1").query(Integer.class).single()));
            assertThatThrownBy(() -> scope(b).run(() -> transaction.executeWithoutResult(status ->
                            JDBC.sql("SELECT 1 / 0").query(Integer.class).single())))
                    .isInstanceOf(DataAccessException.class);
            assertForgotten(pool);
        }
    }

    private static void assertForgotten(DataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                var result = statement.executeQuery(
                        "SELECT coalesce(current_setting('perigee.scope', true), ''), (SELECT count(*) FROM billing.usage)")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getString(1)).isEmpty();
            assertThat(result.getLong(2)).isZero();
        }
    }

    @Test
    void connectionWhenAStreamOfRowsClosesItRemembersNobody() throws SQLException {
        DataSource pool = ((ScopedDataSource) CONNECTIONS).getTargetDataSource();
        for (int i = 0; i < 20; i++) {
            scope(b).run(() -> {
                try (Stream<String> rows =
                        JDBC.sql("SELECT request_id FROM billing.usage").query(String.class).stream()) {
                    assertThat(rows).isNotEmpty();
                }
            });
            assertForgotten(pool);
        }
    }

    @Test
    void scopeWhenItChangesWithinATransactionIsTheOneOfTheStatement() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(CONNECTIONS));
        long all = OWNER.sql("SELECT count(*) FROM platform.tenant")
                .query(Long.class)
                .single();
        scope(a).run(() -> transaction.executeWithoutResult(status -> {
            assertThat(tenants()).isEqualTo(1);
            RowScope.ofPlatform().run(() -> assertThat(tenants()).isEqualTo(all));
            assertThat(tenants()).isEqualTo(1);
        }));
        assertThat(tenants()).isZero();
    }

    private static long tenants() {
        return JDBC.sql("SELECT count(*) FROM platform.tenant")
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @MethodSource("escapes")
    void roleWhenItReachesForMoreIsRefused(String sql) {
        assertThatThrownBy(() -> asTenantA(sql))
                .rootCause()
                .hasMessageMatching(
                        "(?s).*(permission denied|must be owner|query would be affected by row-level security).*");
    }

    static List<String> escapes() {
        return List.of(
                "SELECT inner_key FROM isolation.signing_key",
                "SELECT isolation.enter_platform()",
                "SELECT isolation.protect('billing.usage', 'true')",
                "SELECT isolation.admit(current_user)",
                "UPDATE isolation.shared_table SET name = 'billing.usage'",
                "INSERT INTO isolation.shared_table VALUES ('billing.usage', '')",
                "ALTER TABLE billing.usage DISABLE ROW LEVEL SECURITY",
                "CREATE POLICY mine ON billing.usage USING (true)",
                "TRUNCATE billing.receipt_pending",
                "SET LOCAL row_security = off; SELECT * FROM billing.usage",
                "SET ROLE " + PLATFORM.database().username(),
                "CREATE FUNCTION isolation.scope2() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
                "COPY billing.usage TO PROGRAM 'cat'");
    }
}
