package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.Currency;
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

    /** Posts what a request costs: the tenant owes it, and it is earned. Fails where it was posted before. */
    public void postSettlement(String requestId, CostAttribution attribution, Money cost, long tokens) {
        UUID transaction = derived("settlement", requestId);
        UUID tenant = attribution.tenantId();
        jdbc.sql("""
                        INSERT INTO billing.ledger_transaction (id, kind, request_id, tokens)
                        VALUES (:id, 'settlement', :request, :tokens)""")
                .param("id", transaction)
                .param("request", requestId)
                .param("tokens", tokens)
                .update();
        jdbc.sql("""
                        INSERT INTO billing.ledger_entry (transaction_id, line, account_id, currency, nanos)
                        VALUES (:id, 1, :receivable, :currency, :nanos), (:id, 2, :revenue, :currency, -:nanos)""")
                .param("id", transaction)
                .param("receivable", account(tenant, AccountKind.RECEIVABLE))
                .param("revenue", account(tenant, AccountKind.REVENUE))
                .param("currency", cost.currencyCode())
                .param("nanos", cost.nanos())
                .update();
    }

    private Optional<String> currencyOf(UUID tenantId) {
        return jdbc.sql("SELECT currency FROM billing.account WHERE tenant_id = :tenant AND kind = 'receivable'")
                .param("tenant", tenantId)
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
        REVENUE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
