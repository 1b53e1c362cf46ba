package dev.perigee.billing.charging;

import dev.perigee.billing.budget.BudgetUse;
import dev.perigee.billing.ledger.EndedEstimate;
import dev.perigee.billing.ledger.JdbcLedger;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ResolvedReservation;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.money.Money;
import java.util.List;
import java.util.Set;

/**
 * Writes what requests used: usage rows, postings, budgets. An estimate is written once; the exact usage is written once, of which only what
 * the estimate did not post is posted.
 *
 * <p>Every method belongs to the caller's transaction, which holds the reservations' rows.
 */
final class UsageRecorder {

    private final ChargingTables tables;

    UsageRecorder(ChargingTables tables) {
        this.tables = tables;
    }

    /**
     * The exact usage of a request whose reservation was just ended.
     *
     * @param resolved its reservation
     * @param usage its tokens
     * @param outcome how it ended
     */
    record Exact(ResolvedReservation resolved, MeasuredUsage usage, RequestOutcome outcome) {

        Reservation reservation() {
            return resolved.reservation();
        }

        String requestId() {
            return reservation().requestId();
        }

        Money cost() {
            return reservation().price().rate().cost(usage);
        }

        boolean isHeld() {
            return reservation().covers(cost(), tokens(usage));
        }

        /** What is owed beyond the estimate. */
        private JdbcLedger.Cost owed() {
            return new JdbcLedger.Cost(
                    requestId(),
                    reservation().attribution().tenantId(),
                    cost().minus(resolved.billed()),
                    tokens(usage) - resolved.billedTokens());
        }
    }

    /**
     * Records exact usages, each of another request and no more than it held.
     *
     * @return the requests whose usage was recorded, that is not before
     */
    Set<String> record(List<Exact> exacts) {
        if (exacts.isEmpty()) {
            return Set.of();
        }
        tables.budgets()
                .keep(exacts.stream()
                        .map(exact -> exact.reservation().attribution().tenantId())
                        .toList());
        Set<String> recorded = tables.usageRecords()
                .add(exacts.stream()
                        .map(exact -> event(exact.reservation(), exact.usage(), exact.outcome(), false))
                        .toList());
        List<Exact> owing = exacts.stream()
                .filter(exact ->
                        recorded.contains(exact.requestId()) && !exact.usage().isNone())
                .toList();
        tables.ledger().postSettlements(owing.stream().map(Exact::owed).toList());
        tables.budgets()
                .settle(owing.stream()
                        .map(exact -> use(exact.reservation(), exact.owed()))
                        .toList());
        return recorded;
    }

    /** Records the checkpoint of an orphan, and marks it; where there is no checkpoint nothing is billed. */
    void estimate(ResolvedReservation orphan) {
        Reservation reservation = orphan.reservation();
        MeasuredUsage usage = orphan.checkpoint();
        JdbcLedger.Cost owed = new JdbcLedger.Cost(
                reservation.requestId(),
                reservation.attribution().tenantId(),
                reservation.price().rate().cost(usage),
                tokens(usage));
        tables.reservations().estimate(reservation.requestId(), owed.cost(), owed.tokens());
        if (usage.isNone()) {
            return;
        }
        tables.budgets().keep(List.of(owed.tenantId()));
        tables.usageRecords().add(event(reservation, usage, RequestOutcome.INTERRUPTED, true));
        tables.ledger().postEstimate(owed);
        tables.budgets().settle(List.of(use(reservation, owed)));
    }

    /** Leaves it at the estimate, a request that had no checkpoint without a token; or records the engine's count that came behind. */
    void giveUp(EndedEstimate ended) {
        if (ended.counted()) {
            record(List.of(new Exact(ended.resolved(), ended.usage(), RequestOutcome.INTERRUPTED)));
            return;
        }
        tables.usageRecords()
                .add(event(ended.resolved().reservation(), ended.usage(), RequestOutcome.INTERRUPTED, true));
    }

    private static BudgetUse use(Reservation reservation, JdbcLedger.Cost owed) {
        return new BudgetUse(
                reservation.attribution(), reservation.reservedAt(), owed.cost().nanos(), owed.tokens());
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
