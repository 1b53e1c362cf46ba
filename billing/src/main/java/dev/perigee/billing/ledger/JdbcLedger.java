package dev.perigee.billing.ledger;

import dev.perigee.billing.batch.Rows;
import dev.perigee.billing.money.Money;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The accounts, transactions and entries in PostgreSQL, append-only.
 *
 * <p>Every method belongs to the caller's transaction.
 */
public final class JdbcLedger {

    /** How many tenants' accounts are remembered, so as not to look for them at each request. */
    private static final int MOST_KNOWN = 100_000;

    private static final String POST = """
            WITH posted AS (
                INSERT INTO billing.ledger_transaction (id, kind, request_id, tokens)
                SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:facts AS text[]), CAST(:tokens AS bigint[])))
            INSERT INTO billing.ledger_entry (transaction_id, line, account_id, currency, nanos)
            SELECT * FROM unnest(CAST(:transactions AS uuid[]), CAST(:lines AS bigint[]), CAST(:accounts AS uuid[]),
                CAST(:currencies AS text[]), CAST(:nanos AS bigint[]))""";

    private final JdbcClient jdbc;

    /** Accounts that were there when they were looked for; they never change. */
    private final Map<UUID, Currency> known = new ConcurrentHashMap<>();

    public JdbcLedger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Whose accounts these are.
     *
     * @param tenantId the tenant
     * @param currency the one in which it is charged
     */
    public record Owner(UUID tenantId, Currency currency) {}

    /**
     * Opens the accounts of those tenants that have none.
     *
     * @throws IllegalArgumentException where the accounts of one have another currency
     */
    public void openAccounts(Collection<Owner> tenants) {
        if (tenants.stream().allMatch(tenant -> tenant.currency().equals(known.get(tenant.tenantId())))) {
            return;
        }
        Map<UUID, Currency> stored = currencies(tenants);
        if (known.size() < MOST_KNOWN) {
            known.putAll(stored);
        }
        List<Owner> without = tenants.stream()
                .filter(tenant -> !stored.containsKey(tenant.tenantId()))
                .toList();
        if (!without.isEmpty()) {
            insertAccounts(without);
            stored.putAll(currencies(without));
        }
        tenants.forEach(tenant -> check(tenant, stored.get(tenant.tenantId())));
    }

    private static void check(Owner tenant, @Nullable Currency stored) {
        if (!tenant.currency().equals(stored)) {
            throw new IllegalArgumentException("currency is " + tenant.currency() + ", must be " + stored + ": tenant "
                    + tenant.tenantId() + " is charged in that");
        }
    }

    /**
     * What a request costs: the tenant owes it, and it is earned.
     *
     * @param requestId the request
     * @param tenantId who owes it
     * @param cost how much
     * @param tokens for so many tokens
     */
    public record Cost(String requestId, UUID tenantId, Money cost, long tokens) {}

    /** Posts what a request costs at the least, by its last checkpoint. Fails where it was posted before. */
    public void postEstimate(Cost cost) {
        post(List.of(posting("estimate", cost)));
    }

    /** Posts what requests cost, or cost more than was estimated. Fails where one was posted before. */
    public void postSettlements(List<Cost> costs) {
        post(costs.stream().map(cost -> posting("settlement", cost)).toList());
    }

    private static Posting posting(String kind, Cost of) {
        return new Posting(
                kind,
                of.requestId(),
                of.tokens(),
                List.of(
                        entry(of.tenantId(), AccountKind.RECEIVABLE, of.cost()),
                        entry(of.tenantId(), AccountKind.REVENUE, of.cost().negated())));
    }

    /** Posts an invoice: what was owed to the nano-unit is billed in whole coins. Fails where it was posted before. */
    public void postInvoice(UUID invoiceId, UUID tenant, Money exact, Money billed) {
        post(List.of(new Posting(
                "invoice",
                invoiceId.toString(),
                0,
                List.of(
                        entry(tenant, AccountKind.BILLED, billed),
                        entry(tenant, AccountKind.RECEIVABLE, exact.negated()),
                        entry(tenant, AccountKind.ROUNDING, exact.minus(billed))))));
    }

    /** Posts a credit note: so much is billed and earned no more. Fails where it was posted before. */
    public void postCreditNote(UUID creditNoteId, UUID tenant, Money amount) {
        post(List.of(new Posting(
                "credit_note",
                creditNoteId.toString(),
                0,
                List.of(
                        entry(tenant, AccountKind.REVENUE, amount),
                        entry(tenant, AccountKind.BILLED, amount.negated())))));
    }

    /** A debit, or below zero a credit. */
    private record Entry(UUID account, Money amount) {}

    private static Entry entry(UUID tenant, AccountKind kind, Money amount) {
        return new Entry(account(tenant, kind), amount);
    }

    /** A ledger transaction with its entries. */
    private record Posting(String kind, String fact, long tokens, List<Entry> entries) {

        UUID id() {
            return derived(kind, fact);
        }
    }

    /** An entry with its place. */
    private record Line(UUID transaction, int number, Entry entry) {}

    private void post(List<Posting> postings) {
        if (postings.isEmpty()) {
            return;
        }
        List<Line> lines = postings.stream()
                .flatMap(posting -> IntStream.range(0, posting.entries().size())
                        .mapToObj(i ->
                                new Line(posting.id(), i + 1, posting.entries().get(i))))
                .toList();
        jdbc.sql(POST)
                .params(Rows.of(postings)
                        .texts("ids", Posting::id)
                        .texts("kinds", Posting::kind)
                        .texts("facts", Posting::fact)
                        .numbers("tokens", Posting::tokens)
                        .parameters())
                .params(Rows.of(lines)
                        .texts("transactions", Line::transaction)
                        .numbers("lines", Line::number)
                        .texts("accounts", line -> line.entry().account())
                        .texts("currencies", line -> line.entry().amount().currencyCode())
                        .numbers("nanos", line -> line.entry().amount().nanos())
                        .parameters())
                .update();
    }

    /** The currencies of those tenants that have all their accounts, by the last one that is opened. */
    private Map<UUID, Currency> currencies(Collection<Owner> tenants) {
        Map<UUID, Currency> currencies = new HashMap<>();
        jdbc.sql("""
                        SELECT a.tenant_id, a.currency FROM billing.account a
                        WHERE a.tenant_id = ANY(CAST(:tenants AS uuid[])) AND a.kind = :kind""")
                .params(Rows.of(tenants).texts("tenants", Owner::tenantId).parameters())
                .param("kind", AccountKind.LAST.word())
                .query(row -> {
                    currencies.put(
                            row.getObject("tenant_id", UUID.class), Currency.getInstance(row.getString("currency")));
                });
        return currencies;
    }

    /** In the order of tenants, so that two who open accounts of the same ones do not wait in a circle. */
    private void insertAccounts(List<Owner> tenants) {
        tenants.stream().sorted(Comparator.comparing(Owner::tenantId)).forEach(tenant -> {
            for (AccountKind kind : AccountKind.values()) {
                jdbc.sql("""
                                INSERT INTO billing.account (id, tenant_id, kind, currency)
                                VALUES (:id, :tenant, :kind, :currency) ON CONFLICT DO NOTHING""")
                        .param("id", account(tenant.tenantId(), kind))
                        .param("tenant", tenant.tenantId())
                        .param("kind", kind.word())
                        .param("currency", tenant.currency().getCurrencyCode())
                        .update();
            }
        });
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
