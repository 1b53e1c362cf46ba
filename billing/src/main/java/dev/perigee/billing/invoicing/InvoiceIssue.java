package dev.perigee.billing.invoicing;

import java.time.Instant;
import java.util.UUID;

/** What came of issuing an invoice; where several hold, the first one is told. */
public sealed interface InvoiceIssue {

    /** There is no such invoice. */
    record Unknown(UUID id) implements InvoiceIssue {}

    /** It was issued before; nothing has changed. */
    record AlreadyIssued(Invoice invoice) implements InvoiceIssue {}

    /** The month has not ended. */
    record StillRunning(Instant endsAt) implements InvoiceIssue {}

    /** So many requests that were admitted in the month are not settled yet. */
    record RequestsOpen(long requests) implements InvoiceIssue {}

    /** It is a document now. */
    record Issued(Invoice invoice) implements InvoiceIssue {}
}
