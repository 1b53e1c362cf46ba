package dev.perigee.billing.ledger;

import java.util.Locale;

/** Where a reservation stands. The stored word is the name in lower case. */
public enum ReservationState {
    /** The amount is held; the request is running. */
    RESERVED,
    /** The request's cost was posted; nothing is held any more. */
    SETTLED,
    /** The request ended before a token was computed; nothing was posted. */
    RELEASED,
    /** The process that held it died and its journal was not replayed in time; it may still be settled by it. */
    EXPIRED;

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state of this stored word. */
    public static ReservationState ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
