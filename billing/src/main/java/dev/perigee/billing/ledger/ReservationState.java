package dev.perigee.billing.ledger;

import java.util.Locale;

/** Where a reservation stands. The stored word is the name in lower case. */
public enum ReservationState {
    /** The amount is held; the request is running. */
    RESERVED,
    /**
     * The process that held it died: its last checkpoint is billed, the rest is held on until the journal is replayed or an administrator
     * gives it up.
     */
    ESTIMATED,
    /** The request's cost was posted; nothing is held any more. */
    SETTLED,
    /** The request ended before a token was computed; nothing was posted. */
    RELEASED,
    /** An administrator gave up what a dead process held; the estimate is what is billed. */
    EXPIRED;

    /** Whether something is still held. */
    public boolean open() {
        return this == RESERVED || this == ESTIMATED;
    }

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state of this stored word. */
    public static ReservationState ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
