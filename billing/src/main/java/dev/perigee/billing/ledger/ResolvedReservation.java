package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.money.Money;

/**
 * A reservation that was just ended, or estimated, and what is billed of it already.
 *
 * @param reservation what was held
 * @param checkpoint how far it was when that was last stored; none before the first generated token
 * @param billed what the estimate posted; zero where there was none
 * @param billedTokens how many tokens that were
 */
public record ResolvedReservation(Reservation reservation, MeasuredUsage checkpoint, Money billed, long billedTokens) {

    /** The usage, or the checkpoint where that is further: a machine that lost its power may have lost the end of its journal. */
    public MeasuredUsage atLeastCheckpoint(MeasuredUsage usage) {
        return usage.outputTokens() < checkpoint.outputTokens() ? checkpoint : usage;
    }
}
