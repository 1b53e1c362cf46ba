package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.ledger.Reservation;

/** What became of {@link Charging#extend}, in order of precedence. */
public sealed interface Extension {

    /**
     * A hard budget does not pay for one token more; nothing more is held.
     *
     * @param standing the narrowest such budget, at that moment
     * @param heldByOthers whether all that is missing is held by other requests, which may give it back
     */
    record BudgetExhausted(BudgetStanding standing, boolean heldByOthers) implements Extension {}

    /** The request was ended, or its process was taken for dead meanwhile; nothing more is held. */
    record NotRunning(String requestId) implements Extension {}

    /**
     * More is held.
     *
     * @param reservation what is held now
     * @param outputTokens for so many output tokens more
     */
    record Extended(Reservation reservation, long outputTokens) implements Extension {}
}
