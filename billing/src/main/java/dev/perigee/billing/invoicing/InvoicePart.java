package dev.perigee.billing.invoicing;

import java.util.Locale;

/** The disjoint parts of usage that have lines of their own. The stored word is the name in lower case. */
public enum InvoicePart {
    /** Prompt tokens that were computed. */
    INPUT,
    /** Prompt tokens taken from a cache. */
    CACHED_INPUT,
    /** Generated tokens outside the reasoning. */
    OUTPUT,
    /** Generated tokens of the reasoning. */
    REASONING;

    /** The word that is stored and sent. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
