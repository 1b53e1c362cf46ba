package dev.perigee.billing.invoicing;

import java.util.Locale;

/** What a document is. The stored word is the name in lower case. */
public enum InvoiceKind {
    /** Asks for what a month's requests cost. */
    INVOICE("INV"),
    /** Takes back a part of an invoice. */
    CREDIT_NOTE("CRN");

    private final String prefix;

    InvoiceKind(String prefix) {
        this.prefix = prefix;
    }

    /** The word that is stored and sent. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A number as it is printed, such as {@code INV-000042}. */
    String printed(long number) {
        return String.format(Locale.ROOT, "%s-%06d", prefix, number);
    }
}
