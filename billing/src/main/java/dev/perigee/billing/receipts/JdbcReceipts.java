package dev.perigee.billing.receipts;

import dev.perigee.billing.charging.UsageReport;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Receipts in PostgreSQL.
 *
 * <p>Settling a request only notes that a receipt is due, so that no tenant's requests wait for each other; signing goes through a tenant's
 * chain one by one, in a transaction of its own.
 */
public final class JdbcReceipts implements Receipts {

    private static final int TENANTS = 100;
    private static final int RECEIPTS = 1000;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final UsageReport usage;
    private final Supplier<ReceiptKey> key;

    /** @param key the key to sign with now */
    public JdbcReceipts(
            JdbcClient jdbc, PlatformTransactionManager transactions, UsageReport usage, Supplier<ReceiptKey> key) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.usage = usage;
        this.key = key;
    }

    @Override
    public Optional<Receipt> find(UUID tenantId, String requestId) {
        Optional<Receipt> found = signed(tenantId, requestId);
        while (found.isEmpty() && isPending(tenantId, requestId)) {
            sign(tenantId);
            found = signed(tenantId, requestId);
        }
        return found.isEmpty() ? signed(tenantId, requestId) : found; // another node may have been faster
    }

    private Optional<Receipt> signed(UUID tenantId, String requestId) {
        return jdbc.sql(
                        "SELECT request_id, receipt FROM billing.receipt WHERE request_id = :id AND tenant_id = :tenant")
                .param("id", requestId)
                .param("tenant", tenantId)
                .query((row, number) -> new Receipt(row.getString("request_id"), row.getString("receipt")))
                .optional();
    }

    private boolean isPending(UUID tenantId, String requestId) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM billing.receipt_pending WHERE request_id = :id AND tenant_id = :tenant)""")
                .param("id", requestId)
                .param("tenant", tenantId)
                .query(Boolean.class)
                .single();
    }

    @Override
    public int signPending() {
        return jdbc
                .sql("SELECT DISTINCT tenant_id FROM billing.receipt_pending LIMIT :tenants")
                .param("tenants", TENANTS)
                .query(UUID.class)
                .list()
                .stream()
                .mapToInt(this::sign)
                .sum();
    }

    /** Signs what a tenant waits for, the oldest first; returns how many. */
    private int sign(UUID tenantId) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('receipts'), hashtext(:tenant))")
                    .param("tenant", tenantId.toString())
                    .query()
                    .singleRow();
            List<String> pending = jdbc.sql("""
                            SELECT p.request_id FROM billing.receipt_pending p JOIN billing.reservation r USING (request_id)
                                JOIN billing.usage u ON u.request_id = r.request_id AND u.occurred_at = r.reserved_at
                            WHERE p.tenant_id = :tenant ORDER BY u.recorded_at, p.request_id LIMIT :most""")
                    .param("tenant", tenantId)
                    .param("most", RECEIPTS)
                    .query((row, number) -> row.getString("request_id"))
                    .list();
            signAll(tenantId, pending);
            return pending.size();
        }));
    }

    private record Last(long number, String receipt) {}

    private void signAll(UUID tenantId, List<String> requestIds) {
        ReceiptKey now = key.get();
        publish(now.publicKey());
        ReceiptForm form = new ReceiptForm(now);
        Optional<Last> last = jdbc.sql("""
                        SELECT number, receipt FROM billing.receipt WHERE tenant_id = :tenant ORDER BY number DESC LIMIT 1""")
                .param("tenant", tenantId)
                .query((row, index) -> new Last(row.getLong("number"), row.getString("receipt")))
                .optional();
        for (String requestId : requestIds) {
            long number = last.map(Last::number).orElse(0L) + 1;
            Receipt receipt = form.sign(
                    usage.find(requestId).orElseThrow(),
                    number,
                    last.map(Last::receipt).orElse(null));
            insert(tenantId, number, receipt);
            last = Optional.of(new Last(number, receipt.json()));
        }
    }

    private void publish(PublicReceiptKey used) {
        jdbc.sql("INSERT INTO billing.receipt_key (id, public_key) VALUES (:id, :key) ON CONFLICT (id) DO NOTHING")
                .param("id", used.id())
                .param("key", used.bytes())
                .update();
    }

    private void insert(UUID tenantId, long number, Receipt receipt) {
        jdbc.sql("""
                        INSERT INTO billing.receipt (request_id, tenant_id, number, receipt)
                        VALUES (:id, :tenant, :number, :receipt)""")
                .param("id", receipt.requestId())
                .param("tenant", tenantId)
                .param("number", number)
                .param("receipt", receipt.json())
                .update();
        jdbc.sql("DELETE FROM billing.receipt_pending WHERE request_id = :id")
                .param("id", receipt.requestId())
                .update();
    }

    @Override
    public ReceiptKeySet keys() {
        publish(key.get().publicKey());
        return new ReceiptKeySet(jdbc.sql("SELECT public_key FROM billing.receipt_key ORDER BY since, id")
                .query((row, number) -> PublicReceiptKey.of(row.getBytes("public_key")))
                .list());
    }
}
