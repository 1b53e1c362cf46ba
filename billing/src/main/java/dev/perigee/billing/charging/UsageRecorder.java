package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ResolvedReservation;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.money.Money;

/**
 * Writes what a request used: usage row, posting, budgets. An estimate is written once; the exact usage is written once, of which only what
 * the estimate did not post is posted.
 *
 * <p>Every method belongs to the caller's transaction, which holds the reservation's row.
 */
final class UsageRecorder {

    private final ChargingTables tables;

    UsageRecorder(ChargingTables tables) {
        this.tables = tables;
    }

    /** Records the exact usage. */
    Settlement record(ResolvedReservation resolved, MeasuredUsage usage, RequestOutcome outcome) {
        Reservation reservation = resolved.reservation();
        String requestId = reservation.requestId();
        Money cost = reservation.price().rate().cost(usage);
        long tokens = tokens(usage);
        if (!reservation.covers(cost, tokens)) {
            return new Settlement.ExceedsHold(reservation);
        }
        tables.budgets().keep(reservation.attribution().tenantId());
        if (!tables.usageRecords().add(event(reservation, usage, outcome, false))) {
            return new Settlement.AlreadySettled(requestId);
        }
        if (!usage.isNone()) {
            Money more = cost.minus(resolved.billed());
            long moreTokens = tokens - resolved.billedTokens();
            tables.ledger().postSettlement(requestId, reservation.attribution(), more, moreTokens);
            settleBudgets(reservation, more, moreTokens);
        }
        return new Settlement.Settled(cost);
    }

    /** Records the checkpoint of an orphan, and marks it; where there is no checkpoint nothing is billed. */
    void estimate(ResolvedReservation orphan) {
        Reservation reservation = orphan.reservation();
        MeasuredUsage usage = orphan.checkpoint();
        Money cost = reservation.price().rate().cost(usage);
        tables.reservations().estimate(reservation.requestId(), cost, tokens(usage));
        if (usage.isNone()) {
            return;
        }
        tables.budgets().keep(reservation.attribution().tenantId());
        tables.usageRecords().add(event(reservation, usage, RequestOutcome.INTERRUPTED, true));
        tables.ledger().postEstimate(reservation.requestId(), reservation.attribution(), cost, tokens(usage));
        settleBudgets(reservation, cost, tokens(usage));
    }

    /** Leaves it at the estimate; a request that had no checkpoint is recorded without a token. */
    void giveUp(ResolvedReservation givenUp) {
        tables.usageRecords().add(event(givenUp.reservation(), givenUp.checkpoint(), RequestOutcome.INTERRUPTED, true));
    }

    private void settleBudgets(Reservation reservation, Money cost, long tokens) {
        tables.budgets().settle(reservation.attribution(), reservation.reservedAt(), cost.nanos(), tokens);
    }

    private static UsageEvent event(
            Reservation reservation, MeasuredUsage usage, RequestOutcome outcome, boolean estimated) {
        UsageEvent.Charge charge = new UsageEvent.Charge(
                reservation.price().id(), reservation.price().rate().cost(usage), reservation.reservedAt());
        return new UsageEvent(
                reservation.requestId(),
                reservation.attribution(),
                reservation.model(),
                outcome,
                usage,
                charge,
                estimated);
    }

    private static long tokens(MeasuredUsage usage) {
        return usage.inputTokens() + usage.outputTokens();
    }
}
