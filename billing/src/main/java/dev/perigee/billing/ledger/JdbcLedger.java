package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The accounts, transactions and entries in PostgreSQL, append-only.
 *
 * <p>Every method belongs to the caller's transaction.
 */
public final class JdbcLedger {

    private final JdbcClient jdbc;

    public JdbcLedger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Opens the tenant's accounts where it has none.
     *
     * @throws IllegalArgumentException where the tenant's accounts have another currency
     */
    public void openAccounts(UUID tenantId, Currency currency) {
        String stored = currencyOf(tenantId).orElseGet(() -> {
            insertAccounts(tenantId, currency);
            return currencyOf(tenantId).orElseThrow();
        });
        if (!stored.equals(currency.getCurrencyCode())) {
            throw new IllegalArgumentException(
                    "currency is " + currency + ", must be " + stored + ": tenant " + tenantId + " is charged in that");
        }
    }

    /** Posts what a request costs at the least, by its last checkpoint. Fails where it was posted before. */
    public void postEstimate(String requestId, CostAttribution attribution, Money cost, long tokens) {
        postCost("estimate", requestId, attribution, cost, tokens);
    }

    /**
     * Posts what a request costs, or costs more than was estimated: the tenant owes it, and it is earned. Fails where it was posted before.
     */
    public void postSettlement(String requestId, CostAttribution attribution, Money cost, long tokens) {
        postCost("settlement", requestId, attribution, cost, tokens);
    }

    private void postCost(String kind, String requestId, CostAttribution attribution, Money cost, long tokens) {
        UUID tenant = attribution.tenantId();
        post(
                kind,
                requestId,
                tokens,
                List.of(
                        entry(tenant, AccountKind.RECEIVABLE, cost),
                        entry(tenant, AccountKind.REVENUE, cost.negated())));
    }

    /** Posts an invoice: what was owed to the nano-unit is billed in whole coins. Fails where it was posted before. */
    public void postInvoice(UUID invoiceId, UUID tenant, Money exact, Money billed) {
        post(
                "invoice",
                invoiceId.toString(),
                0,
                List.of(
                        entry(tenant, AccountKind.BILLED, billed),
                        entry(tenant, AccountKind.RECEIVABLE, exact.negated()),
                        entry(tenant, AccountKind.ROUNDING, exact.minus(billed))));
    }

    /** Posts a credit note: so much is billed and earned no more. Fails where it was posted before. */
    public void postCreditNote(UUID creditNoteId, UUID tenant, Money amount) {
        post(
                "credit_note",
                creditNoteId.toString(),
                0,
                List.of(
                        entry(tenant, AccountKind.REVENUE, amount),
                        entry(tenant, AccountKind.BILLED, amount.negated())));
    }

    /** A debit, or below zero a credit. */
    private record Entry(UUID account, Money amount) {}

    private static Entry entry(UUID tenant, AccountKind kind, Money amount) {
        return new Entry(account(tenant, kind), amount);
    }

    private void post(String kind, String fact, long tokens, List<Entry> entries) {
        UUID transaction = derived(kind, fact);
        jdbc.sql("""
                        WITH posted AS (
                            INSERT INTO billing.ledger_transaction (id, kind, request_id, tokens)
                            VALUES (:id, :kind, :fact, :tokens))
                        INSERT INTO billing.ledger_entry (transaction_id, line, account_id, currency, nanos)
                        SELECT :id, line, account, :currency, nanos
                        FROM unnest(CAST(:accounts AS uuid[]), CAST(:nanos AS bigint[])) WITH ORDINALITY
                            AS entry (account, nanos, line)""")
                .param("id", transaction)
                .param("kind", kind)
                .param("fact", fact)
                .param("tokens", tokens)
                .param("currency", entries.getFirst().amount().currencyCode())
                .param(
                        "accounts",
                        entries.stream()
                                .map(entry -> entry.account().toString())
                                .toArray(String[]::new))
                .param(
                        "nanos",
                        entries.stream().map(entry -> entry.amount().nanos()).toArray(Long[]::new))
                .update();
    }

    /** The currency of all accounts, by the last one that is opened. */
    private Optional<String> currencyOf(UUID tenantId) {
        return jdbc.sql("SELECT currency FROM billing.account WHERE tenant_id = :tenant AND kind = :kind")
                .param("tenant", tenantId)
                .param("kind", AccountKind.LAST.word())
                .query(String.class)
                .optional();
    }

    private void insertAccounts(UUID tenantId, Currency currency) {
        for (AccountKind kind : AccountKind.values()) {
            jdbc.sql("""
                            INSERT INTO billing.account (id, tenant_id, kind, currency) VALUES (:id, :tenant, :kind, :currency)
                            ON CONFLICT DO NOTHING""")
                    .param("id", account(tenantId, kind))
                    .param("tenant", tenantId)
                    .param("kind", kind.word())
                    .param("currency", currency.getCurrencyCode())
                    .update();
        }
    }

    private static UUID account(UUID tenantId, AccountKind kind) {
        return derived("account/" + kind.word(), tenantId.toString());
    }

    private static UUID derived(String kind, String fact) {
        return UUID.nameUUIDFromBytes(("perigee/" + kind + "/" + fact).getBytes(StandardCharsets.UTF_8));
    }

    /** The accounts that every tenant has, in the order in which they are opened. */
    private enum AccountKind {
        RECEIVABLE,
        REVENUE,
        BILLED,
        ROUNDING;

        /** Where a tenant has this one it has all. */
        static final AccountKind LAST = ROUNDING;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
