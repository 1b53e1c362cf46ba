package dev.perigee.billing.ledger;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

/** What the code must never do is refused by PostgreSQL too. */
class AppendOnlyIntegrationTests {

    private static BillingDatabase database;
    private static final CostAttribution TENANT = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(2);
        ProcessLease lease = database.lease(Duration.ofHours(1));
        lease.start();
        Charging charging = database.charging(lease);
        database.priceBooks.ensure("moonlet", RATE);
        charging.reserve(new ChargeRequest("settled", TENANT, "moonlet", 10, 10));
        charging.settle("settled", new MeasuredUsage(10, 0, 5, 0), RequestOutcome.COMPLETED);
        charging.reserve(new ChargeRequest("running", TENANT, "moonlet", 10, 10));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "usage, output_tokens = 0",
        "ledger_entry, nanos = 0",
        "ledger_transaction, tokens = 0",
        "account, currency = 'EUR'",
        "price_book, model = 'x'",
        "price_book_version, output_nanos = 0"
    })
    void rowWhenAppendOnlyIsNeitherChangedNorDeleted(String table, String change) {
        assertRefused("UPDATE billing." + table + " SET " + change, "append-only, UPDATE is refused");
        assertRefused("DELETE FROM billing." + table, "append-only, DELETE is refused");
        assertRefused("TRUNCATE billing." + table + " CASCADE", "append-only, TRUNCATE is refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state = 'reserved', resolved_at = NULL",
                "state = 'released'",
                "state = 'settled', resolved_at = now()",
                "held_nanos = 0"
            })
    void reservationWhenResolvedIsNeverChanged(String change) {
        assertRefused("UPDATE billing.reservation SET " + change + " WHERE request_id = 'settled'", "is settled");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "held_nanos = 0",
                "state = 'settled', resolved_at = now(), held_nanos = 0",
                "state = 'settled', resolved_at = now(), tenant_id = gen_random_uuid()"
            })
    void reservationWhenRunningChangesNothingButItsState(String change) {
        assertRefused("UPDATE billing.reservation SET " + change + " WHERE request_id = 'running'", "is reserved");
    }

    @Test
    void reservationIsNeverDeleted() {
        assertRefused("DELETE FROM billing.reservation", "DELETE is refused");
        assertRefused("TRUNCATE billing.reservation CASCADE", "TRUNCATE is refused");
    }

    @Test
    void transactionWhenNotBalancedIsRefused() {
        assertRefused(withTransaction("(id, 1, :receivable, 'USD', 5), (id, 2, :revenue, 'USD', -4)"), "not balanced");
        assertRefused(withTransaction("(id, 1, :receivable, 'USD', 5)"), "not balanced");
    }

    @Test
    void transactionWhenItHasNoEntriesIsRefused() {
        assertRefused(
                "INSERT INTO billing.ledger_transaction (id, kind, request_id, tokens)"
                        + " VALUES (gen_random_uuid(), 'settlement', 'empty', 1)",
                "has no entries");
    }

    @Test
    void transactionWhenItHasItsEntriesTakesNoMore() {
        String id = database.jdbc
                .sql("SELECT id FROM billing.ledger_transaction")
                .query(String.class)
                .single();
        assertRefused(
                withAccounts(
                        "INSERT INTO billing.ledger_entry (transaction_id, line, account_id, currency, nanos) VALUES ('"
                                + id + "', 3, :receivable, 'USD', 5), ('" + id + "', 4, :revenue, 'USD', -5)"),
                "has its entries already");
    }

    @Test
    void entryWhenInAnotherCurrencyThanItsAccountIsRefused() {
        assertRefused(withTransaction("(id, 1, :receivable, 'EUR', 5), (id, 2, :revenue, 'EUR', -5)"), "foreign key");
    }

    @Test
    void settlementWhenPostedTwiceIsRefused() {
        TransactionTemplate transaction = new TransactionTemplate(database.transactions);
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> database.ledger.postSettlements(
                        List.of(new JdbcLedger.Cost("settled", TENANT.tenantId(), new Money(1, USD), 1)))))
                .withMessageContaining("duplicate key");
        assertThat(database.number("SELECT count(*) FROM billing.ledger_transaction"))
                .isEqualTo(1);
    }

    private static String withTransaction(String entries) {
        return withAccounts("WITH added AS (INSERT INTO billing.ledger_transaction (id, kind, request_id, tokens)"
                + " VALUES ('" + UUID.randomUUID() + "', 'settlement', 'manual', 1) RETURNING id)"
                + " INSERT INTO billing.ledger_entry (transaction_id, line, account_id, currency, nanos)"
                + " SELECT v.* FROM added, LATERAL (VALUES " + entries + ") v");
    }

    private static String withAccounts(String sql) {
        return sql.replace(":receivable", account("receivable")).replace(":revenue", account("revenue"));
    }

    private static String account(String kind) {
        return "'"
                + database.jdbc
                        .sql("SELECT id FROM billing.account WHERE kind = :kind")
                        .param("kind", kind)
                        .query(String.class)
                        .single()
                + "'::uuid";
    }

    private static void assertRefused(String sql, String message) {
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> database.jdbc.sql(sql).update())
                .withMessageContaining(message);
    }
}
