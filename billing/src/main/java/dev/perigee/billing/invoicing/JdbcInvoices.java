package dev.perigee.billing.invoicing;

import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Invoices in PostgreSQL. */
public final class JdbcInvoices implements Invoices {

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final JdbcLedger ledger;
    private final JdbcInvoiceLines lines;

    public JdbcInvoices(JdbcClient jdbc, PlatformTransactionManager transactions, JdbcLedger ledger) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.ledger = ledger;
        this.lines = new JdbcInvoiceLines(jdbc);
    }

    @Override
    public Invoice draft(InvoiceOrder order) {
        return inTransaction(() -> {
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
            return whole(jdbc.sql(InvoiceRow.SELECT
                            + "WHERE i.tenant_id = :tenant AND i.month = :month AND i.kind = 'invoice'")
                    .param("tenant", order.tenantId())
                    .param("month", order.month().toString())
                    .query(InvoiceRow::read)
                    .single());
        });
    }

    @Override
    public Optional<Invoice> find(UUID id) {
        return inTransaction(() -> row(id, "").map(this::whole));
    }

    @Override
    public List<Invoice> list(UUID tenantId, @Nullable UUID after, int limit) {
        return inTransaction(() -> jdbc
                .sql(InvoiceRow.SELECT + """
                        WHERE i.tenant_id = :tenant AND (CAST(:after AS uuid) IS NULL OR (i.created_at, i.id) >
                            (SELECT a.created_at, a.id FROM billing.invoice a WHERE a.id = CAST(:after AS uuid)))
                        ORDER BY i.created_at, i.id LIMIT :limit""")
                .param("tenant", tenantId)
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query(InvoiceRow::read)
                .list()
                .stream()
                .map(this::whole)
                .toList());
    }

    @Override
    public InvoiceIssue issue(UUID id, String billedTo) {
        return inTransaction(() -> {
            Optional<InvoiceRow> found = row(id, "FOR UPDATE");
            if (found.isEmpty()) {
                return new InvoiceIssue.Unknown(id);
            }
            InvoiceRow draft = found.get();
            if (draft.issue() != null) {
                return new InvoiceIssue.AlreadyIssued(whole(draft));
            }
            if (now().isBefore(draft.endsAt())) {
                return new InvoiceIssue.StillRunning(draft.endsAt());
            }
            long open = openRequests(draft);
            return open > 0 ? new InvoiceIssue.RequestsOpen(open) : new InvoiceIssue.Issued(issued(draft, billedTo));
        });
    }

    private Invoice issued(InvoiceRow draft, String billedTo) {
        ledger.openAccounts(draft.tenantId(), draft.currency());
        lines.take(draft);
        InvoiceRow row = draft.issued(new Invoice.Issue(nextNumber(draft.kind()), now(), billedTo));
        Invoice invoice = whole(row);
        jdbc.sql("""
                        UPDATE billing.invoice SET number = :number, issued_at = :at, billed_to = :billedTo,
                            total_nanos = :total, document = :document WHERE id = :id""").params(documentOf(invoice)).update();
        ledger.postInvoice(invoice.id(), invoice.tenantId(), invoice.exactTotal(), invoice.total());
        return invoice;
    }

    @Override
    public CreditNoteIssue credit(UUID invoiceId, Money amount, String reason) {
        return inTransaction(() -> {
            Optional<InvoiceRow> found = row(invoiceId, "FOR UPDATE");
            if (found.isEmpty()) {
                return new CreditNoteIssue.Unknown(invoiceId);
            }
            InvoiceRow invoice = found.get();
            Invoice.Issue issue = invoice.issue();
            if (invoice.kind() != InvoiceKind.INVOICE || issue == null) {
                return new CreditNoteIssue.NotAnIssuedInvoice(invoiceId);
            }
            Money left = left(invoice);
            if (!amount.currency().equals(left.currency())) {
                return new CreditNoteIssue.OtherCurrency(left);
            }
            if (amount.compareTo(left) > 0) {
                return new CreditNoteIssue.MoreThanLeft(left);
            }
            return new CreditNoteIssue.Issued(
                    credited(invoice, new Invoice.Correction(invoiceId, amount, reason), issue.billedTo()));
        });
    }

    /** What of an invoice no credit note has taken back. Its row must be locked. */
    private Money left(InvoiceRow invoice) {
        long nanos = jdbc.sql("""
                        SELECT CAST(i.total_nanos - coalesce(sum(c.credited_nanos), 0) AS bigint)
                        FROM billing.invoice i LEFT JOIN billing.invoice c ON c.corrects = i.id
                        WHERE i.id = :id GROUP BY i.id, i.total_nanos""").param("id", invoice.id()).query(Long.class).single();
        return new Money(nanos, invoice.currency());
    }

    private Invoice credited(InvoiceRow invoice, Invoice.Correction correction, String billedTo) {
        Invoice note = new Invoice(
                UUID.randomUUID(),
                InvoiceKind.CREDIT_NOTE,
                invoice.tenantId(),
                invoice.month(),
                invoice.timeZone(),
                invoice.currency(),
                List.of(),
                correction,
                new Invoice.Issue(nextNumber(InvoiceKind.CREDIT_NOTE), now(), billedTo));
        jdbc.sql("""
                        INSERT INTO billing.invoice (id, kind, tenant_id, month, time_zone, currency, ends_at, corrects,
                            credited_nanos, reason, number, issued_at, billed_to, total_nanos, document)
                        VALUES (:id, 'credit_note', :tenant, :month, :zone, :currency, :end, :corrects, :credited, :reason,
                            :number, :at, :billedTo, :total, :document)""")
                .params(documentOf(note))
                .param("tenant", note.tenantId())
                .param("month", note.month().toString())
                .param("zone", note.timeZone())
                .param("currency", note.currency().getCurrencyCode())
                .param("end", invoice.endsAt().atOffset(ZoneOffset.UTC))
                .param("corrects", invoice.id())
                .param("credited", correction.amount().nanos())
                .param("reason", correction.reason())
                .update();
        ledger.postCreditNote(note.id(), note.tenantId(), correction.amount());
        return note;
    }

    private static Map<String, Object> documentOf(Invoice invoice) {
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

    @Override
    public Optional<byte[]> document(UUID id) {
        return jdbc.sql("SELECT document FROM billing.invoice WHERE id = :id AND document IS NOT NULL")
                .param("id", id)
                .query(byte[].class)
                .optional();
    }

    private Optional<InvoiceRow> row(UUID id, String lock) {
        return jdbc.sql(InvoiceRow.SELECT + "WHERE i.id = :id " + lock)
                .param("id", id)
                .query(InvoiceRow::read)
                .optional();
    }

    private Invoice whole(InvoiceRow row) {
        return row.with(row.kind() == InvoiceKind.INVOICE ? lines.of(row) : List.of());
    }

    private long openRequests(InvoiceRow invoice) {
        return jdbc.sql("""
                        SELECT count(*) FROM billing.reservation
                        WHERE tenant_id = :tenant AND state = 'reserved' AND reserved_at < :end""")
                .param("tenant", invoice.tenantId())
                .param("end", invoice.endsAt().atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    private long nextNumber(InvoiceKind kind) {
        return jdbc.sql("UPDATE billing.invoice_number SET last = last + 1 WHERE kind = :kind RETURNING last")
                .param("kind", kind.word())
                .query(Long.class)
                .single();
    }

    private Instant now() {
        return jdbc.sql("SELECT billing.clock()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> work.get()));
    }
}
