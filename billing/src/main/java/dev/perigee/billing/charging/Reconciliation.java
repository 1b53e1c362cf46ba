package dev.perigee.billing.charging;

import dev.perigee.billing.money.Money;
import java.util.List;

/**
 * Three counts of the same requests, each written on its own, and how far they are apart.
 *
 * <p>Requests that still run are in none of the sums. Those of dead processes are in all of them with their estimate, until their journal is
 * replayed: their checkpoint is the engine's last count that anybody has.
 *
 * @param engineTokens what whoever computed them counted
 * @param recordedTokens what usage rows tell
 * @param ledgerTokens what was posted
 * @param estimatedTokens how many of them were recorded and posted by an estimate that is not corrected
 * @param driftTokens over all requests, the largest of the three less the smallest; faults of two requests do not cancel out
 * @param driftMoney over all requests of a currency, the largest of recorded cost, posted amount and tokens times price, less the smallest;
 *     one for each currency, the largest first
 * @param openReservations requests that hold something
 * @param estimatedReservations those of them whose process is dead
 */
public record Reconciliation(
        long engineTokens,
        long recordedTokens,
        long ledgerTokens,
        long estimatedTokens,
        long driftTokens,
        List<Money> driftMoney,
        long openReservations,
        long estimatedReservations) {

    public Reconciliation {
        driftMoney = List.copyOf(driftMoney);
    }
}
