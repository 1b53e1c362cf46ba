package dev.perigee.billing.invoicing;

import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.money.Money;
import java.util.List;
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

    private final TransactionTemplate transaction;
    private final JdbcLedger ledger;
    private final JdbcInvoiceLines lines;
    private final InvoiceTable table;

    public JdbcInvoices(JdbcClient jdbc, PlatformTransactionManager transactions, JdbcLedger ledger) {
        this.transaction = new TransactionTemplate(transactions);
        this.ledger = ledger;
        this.lines = new JdbcInvoiceLines(jdbc);
        this.table = new InvoiceTable(jdbc);
    }

    @Override
    public Invoice draft(InvoiceOrder order) {
        return inTransaction(() -> whole(table.draft(order)));
    }

    @Override
    public Optional<Invoice> find(UUID id) {
        return inTransaction(() -> table.find(id).map(this::whole));
    }

    @Override
    public List<Invoice> list(UUID tenantId, @Nullable UUID after, int limit) {
        return inTransaction(() ->
                table.list(tenantId, after, limit).stream().map(this::whole).toList());
    }

    @Override
    public Optional<byte[]> document(UUID id) {
        return table.document(id);
    }

    @Override
    public InvoiceIssue issue(UUID id, String billedTo) {
        return inTransaction(() -> {
            Optional<InvoiceRow> found = table.lock(id);
            if (found.isEmpty()) {
                return new InvoiceIssue.Unknown(id);
            }
            InvoiceRow draft = found.get();
            if (draft.issue() != null) {
                return new InvoiceIssue.AlreadyIssued(whole(draft));
            }
            if (table.now().isBefore(draft.endsAt())) {
                return new InvoiceIssue.StillRunning(draft.endsAt());
            }
            long open = table.openRequests(draft);
            return open > 0 ? new InvoiceIssue.RequestsOpen(open) : new InvoiceIssue.Issued(issued(draft, billedTo));
        });
    }

    private Invoice issued(InvoiceRow draft, String billedTo) {
        ledger.openAccounts(List.of(new JdbcLedger.Owner(draft.tenantId(), draft.currency())));
        lines.take(draft);
        Invoice invoice = whole(draft.issued(new Invoice.Issue(table.nextNumber(draft.kind()), table.now(), billedTo)));
        table.issue(invoice);
        ledger.postInvoice(invoice.id(), invoice.tenantId(), invoice.exactTotal(), invoice.total());
        return invoice;
    }

    @Override
    public CreditNoteIssue credit(UUID invoiceId, Money amount, String reason) {
        return inTransaction(() -> {
            Optional<InvoiceRow> found = table.lock(invoiceId);
            if (found.isEmpty()) {
                return new CreditNoteIssue.Unknown(invoiceId);
            }
            InvoiceRow invoice = found.get();
            Invoice.Issue issue = invoice.issue();
            if (invoice.kind() != InvoiceKind.INVOICE || issue == null) {
                return new CreditNoteIssue.NotAnIssuedInvoice(invoiceId);
            }
            Money left = table.left(invoice);
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
                new Invoice.Issue(table.nextNumber(InvoiceKind.CREDIT_NOTE), table.now(), billedTo));
        table.add(note, invoice);
        ledger.postCreditNote(note.id(), note.tenantId(), correction.amount());
        return note;
    }

    private Invoice whole(InvoiceRow row) {
        return row.with(row.kind() == InvoiceKind.INVOICE ? lines.of(row) : List.of());
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> work.get()));
    }
}
