package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Bills months.
 *
 * <pre>{@code
 * Invoice draft = invoices.draft(new InvoiceOrder(tenant, YearMonth.of(2026, 11), zone, USD));
 * switch (invoices.issue(draft.id(), "Acme")) {
 *     case InvoiceIssue.Issued issued -> send(invoices.document(issued.invoice().id()));
 *     …
 * }
 * }</pre>
 *
 * <p>Threads: safe. Errors: {@link org.springframework.dao.DataAccessException} where the database is away.
 */
public interface Invoices {

    /** The invoice of this month, made as a draft where there was none; of an issued month the document. */
    Invoice draft(InvoiceOrder order);

    /** A draft with what it would ask for now, or a document as it was issued. */
    Optional<Invoice> find(UUID id);

    /** A tenant's invoices and credit notes, the oldest first, behind this one. */
    List<Invoice> list(UUID tenantId, @Nullable UUID after, int limit);

    /**
     * Makes a draft a document.
     *
     * @param billedTo the tenant's name, as the document is to show it
     */
    InvoiceIssue issue(UUID id, String billedTo);

    /** Takes back a part of an issued invoice, in whole smallest coins. */
    CreditNoteIssue credit(UUID invoiceId, Money amount, String reason);

    /** The bytes of a document as they were kept when it was issued: canonical JSON. Empty for a draft. */
    Optional<byte[]> document(UUID id);
}
