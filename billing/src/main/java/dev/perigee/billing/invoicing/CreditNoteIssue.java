package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.util.UUID;

/** What came of issuing a credit note; where several hold, the first one is told. */
public sealed interface CreditNoteIssue {

    /** There is no such invoice. */
    record Unknown(UUID invoiceId) implements CreditNoteIssue {}

    /** The document is a draft or a credit note itself. */
    record NotAnIssuedInvoice(UUID invoiceId) implements CreditNoteIssue {}

    /** The invoice has another currency. */
    record OtherCurrency(Money total) implements CreditNoteIssue {}

    /** More than what is left of the invoice. */
    record MoreThanLeft(Money left) implements CreditNoteIssue {}

    /** It is a document now. */
    record Issued(Invoice creditNote) implements CreditNoteIssue {}
}
