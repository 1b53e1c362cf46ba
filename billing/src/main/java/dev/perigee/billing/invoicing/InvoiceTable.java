package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code billing.invoice} and their numbers. Every method belongs to the caller's transaction. */
final class InvoiceTable {

    private final JdbcClient jdbc;

    InvoiceTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The row of this month, made as a draft where there was none. */
    InvoiceRow draft(InvoiceOrder order) {
        Instant end = order.month()
                .plusMonths(1)
                .atDay(1)
                .atStartOfDay(order.timeZone())
                .toInstant();
        jdbc.sql("""
                        INSERT INTO billing.invoice (id, kind, tenant_id, month, time_zone, currency, ends_at)
                        VALUES (:id, 'invoice', :tenant, :month, :zone, :currency, :end)
                        ON CONFLICT (tenant_id, month) WHERE kind = 'invoice' DO NOTHING""")
                .param("id", UUID.randomUUID())
                .param("tenant", order.tenantId())
                .param("month", order.month().toString())
                .param(
                        "zone",
                        order.timeZone().equals(ZoneOffset.UTC)
                                ? "UTC"
                                : order.timeZone().getId())
                .param("currency", order.currency().getCurrencyCode())
                .param("end", end.atOffset(ZoneOffset.UTC))
                .update();
        return jdbc.sql(InvoiceRow.SELECT + "WHERE i.tenant_id = :tenant AND i.month = :month AND i.kind = 'invoice'")
                .param("tenant", order.tenantId())
                .param("month", order.month().toString())
                .query(InvoiceRow::read)
                .single();
    }

    Optional<InvoiceRow> find(UUID id) {
        return row(id, "");
    }

    /** The row, which nobody else changes until the transaction ends. */
    Optional<InvoiceRow> lock(UUID id) {
        return row(id, "FOR UPDATE");
    }

    private Optional<InvoiceRow> row(UUID id, String lock) {
        return jdbc.sql(InvoiceRow.SELECT + "WHERE i.id = :id " + lock)
                .param("id", id)
                .query(InvoiceRow::read)
                .optional();
    }

    List<InvoiceRow> list(UUID tenantId, @Nullable UUID after, int limit) {
        return jdbc.sql(InvoiceRow.SELECT + """
                        WHERE i.tenant_id = :tenant AND (CAST(:after AS uuid) IS NULL OR (i.created_at, i.id) >
                            (SELECT a.created_at, a.id FROM billing.invoice a WHERE a.id = CAST(:after AS uuid)))
                        ORDER BY i.created_at, i.id LIMIT :limit""")
                .param("tenant", tenantId)
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query(InvoiceRow::read)
                .list();
    }

    /** Makes a draft the document that this invoice is. */
    void issue(Invoice invoice) {
        jdbc.sql("""
                        UPDATE billing.invoice SET number = :number, issued_at = :at, billed_to = :billedTo,
                            total_nanos = :total, document = :document WHERE id = :id""").params(document(invoice)).update();
    }

    /** Adds a credit note of an invoice. */
    void add(Invoice note, InvoiceRow invoice) {
        Invoice.Correction correction = Objects.requireNonNull(note.correction(), "it corrects an invoice");
        jdbc.sql("""
                        INSERT INTO billing.invoice (id, kind, tenant_id, month, time_zone, currency, ends_at, corrects,
                            credited_nanos, reason, number, issued_at, billed_to, total_nanos, document)
                        VALUES (:id, 'credit_note', :tenant, :month, :zone, :currency, :end, :corrects, :credited, :reason,
                            :number, :at, :billedTo, :total, :document)""")
                .params(document(note))
                .param("tenant", note.tenantId())
                .param("month", note.month().toString())
                .param("zone", note.timeZone())
                .param("currency", note.currency().getCurrencyCode())
                .param("end", invoice.endsAt().atOffset(ZoneOffset.UTC))
                .param("corrects", invoice.id())
                .param("credited", correction.amount().nanos())
                .param("reason", correction.reason())
                .update();
    }

    private static Map<String, Object> document(Invoice invoice) {
        Invoice.Issue issue = Objects.requireNonNull(invoice.issue(), "a draft is no document");
        return Map.of(
                "id",
                invoice.id(),
                "number",
                issue.number(),
                "at",
                issue.at().atOffset(ZoneOffset.UTC),
                "billedTo",
                issue.billedTo(),
                "total",
                invoice.total().nanos(),
                "document",
                InvoiceJson.bytes(invoice));
    }

    /** The bytes that were kept when the document was issued. */
    Optional<byte[]> document(UUID id) {
        return jdbc.sql("SELECT document FROM billing.invoice WHERE id = :id AND document IS NOT NULL")
                .param("id", id)
                .query(byte[].class)
                .optional();
    }

    /** What of an invoice no credit note has taken back. Its row must be locked. */
    Money left(InvoiceRow invoice) {
        long nanos = jdbc.sql("""
                        SELECT CAST(i.total_nanos - coalesce(sum(c.credited_nanos), 0) AS bigint)
                        FROM billing.invoice i LEFT JOIN billing.invoice c ON c.corrects = i.id
                        WHERE i.id = :id GROUP BY i.id, i.total_nanos""").param("id", invoice.id()).query(Long.class).single();
        return new Money(nanos, invoice.currency());
    }

    /** How many requests that were admitted before the invoice ends are not resolved yet. */
    long openRequests(InvoiceRow invoice) {
        return jdbc.sql("""
                        SELECT count(*) FROM billing.reservation
                        WHERE tenant_id = :tenant AND state IN ('reserved', 'estimated') AND reserved_at < :end""")
                .param("tenant", invoice.tenantId())
                .param("end", invoice.endsAt().atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    /** The next number of a kind; whoever asks next waits until the transaction ends. */
    long nextNumber(InvoiceKind kind) {
        return jdbc.sql("UPDATE billing.invoice_number SET last = last + 1 WHERE kind = :kind RETURNING last")
                .param("kind", kind.word())
                .query(Long.class)
                .single();
    }

    /** The time that documents are dated by. */
    Instant now() {
        return jdbc.sql("SELECT billing.clock()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }
}
