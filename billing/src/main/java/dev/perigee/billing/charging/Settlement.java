package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.money.Money;

/** What became of {@link Charging#settle}, in order of precedence. */
public sealed interface Settlement {

    /** This process made no reservation with this request id; nothing was recorded. */
    record NeverReserved(String requestId) implements Settlement {}

    /** The request was settled, released or given up before; nothing changed. */
    record AlreadySettled(String requestId) implements Settlement {}

    /** It used more than it held, by a fault of whoever generated; nothing was recorded, the hold stays. */
    record ExceedsHold(Reservation reservation) implements Settlement {}

    /** The usage is recorded and its cost posted; zero where no token was used. */
    record Settled(Money cost) implements Settlement {}
}
