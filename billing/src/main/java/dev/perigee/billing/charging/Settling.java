package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import dev.perigee.billing.money.Money;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Ends requests: the journal's slot, the engine's count, then reservation, usage row and posting in one transaction, then the slot is free.
 *
 * <p>Two guards make a request count once, both decided by PostgreSQL: the conditional update of its reservation and the primary key of its
 * usage row. A settlement whose commit got no answer may therefore be tried again blindly, by whoever finds the slot.
 */
public final class Settling {

    private static final Duration FIRST_DELAY = Duration.ofMillis(50);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private final ChargingTables tables;
    private final TransactionTemplate transaction;
    private final RetryTemplate retries;

    /**
     * @param deadline for how long a settlement is tried again while the database is away
     */
    public Settling(ChargingTables tables, PlatformTransactionManager transactions, Duration deadline) {
        this.tables = tables;
        this.transaction = new TransactionTemplate(transactions);
        this.retries = new RetryTemplate(whileDatabaseIsAway(deadline));
    }

    /** Settles a request whose count is in this journal, or in none. */
    Settlement settle(UsageJournal journal, String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        Optional<UsageSlot> slot = journal.find(requestId);
        slot.ifPresent(each -> each.end(outcome));
        Settlement settlement = retries.invoke(() -> {
            slot.map(UsageSlot::usage)
                    .filter(counted -> !endedBeforeItsFirstToken(counted, outcome))
                    .ifPresent(counted -> tables.engineCounts().add(requestId, counted));
            return transaction.execute(status -> {
                Settlement tried = settleOnce(requestId, usage, outcome);
                if (tried instanceof Settlement.ExceedsHold) {
                    status.setRollbackOnly();
                }
                return tried;
            });
        });
        if (!(settlement instanceof Settlement.ExceedsHold)) {
            journal.free(requestId);
        }
        return settlement;
    }

    /** Settles what a slot tells. A request that was interrupted before its first token is released. */
    Settlement settle(UsageJournal journal, UsageSlot slot) {
        MeasuredUsage counted = slot.usage();
        boolean nothing = endedBeforeItsFirstToken(counted, slot.outcome());
        return settle(journal, slot.requestId(), nothing ? MeasuredUsage.NONE : counted, slot.outcome());
    }

    private static boolean endedBeforeItsFirstToken(MeasuredUsage counted, RequestOutcome outcome) {
        return outcome.refusal() || (outcome == RequestOutcome.INTERRUPTED && counted.outputTokens() == 0);
    }

    /** Releases what a process holds for requests that are not in its journal; returns how many these were. */
    int releaseUncounted(UsageJournal journal) {
        List<String> uncounted = tables.reservations().heldBy(journal.processId()).stream()
                .filter(requestId -> journal.find(requestId).isEmpty())
                .toList();
        uncounted.forEach(requestId -> settle(journal, requestId, MeasuredUsage.NONE, RequestOutcome.INTERRUPTED));
        return uncounted.size();
    }

    private Settlement settleOnce(String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        ReservationState end = usage.isNone() ? ReservationState.RELEASED : ReservationState.SETTLED;
        Optional<Reservation> resolved = tables.reservations()
                .resolve(requestId, end)
                .or(() -> tables.reservations().lockExpired(requestId));
        if (resolved.isEmpty()) {
            return tables.reservations().stateOf(requestId).isEmpty()
                    ? new Settlement.NeverReserved(requestId)
                    : new Settlement.AlreadySettled(requestId);
        }
        return record(resolved.get(), usage, outcome);
    }

    private Settlement record(Reservation reservation, MeasuredUsage usage, RequestOutcome outcome) {
        String requestId = reservation.requestId();
        CostAttribution attribution = reservation.attribution();
        Money cost = reservation.price().rate().cost(usage);
        long tokens = usage.inputTokens() + usage.outputTokens();
        if (!reservation.covers(cost, tokens)) {
            return new Settlement.ExceedsHold(reservation);
        }
        tables.budgets().keep(attribution.tenantId());
        UsageEvent.Charge charge = new UsageEvent.Charge(reservation.price().id(), cost, reservation.reservedAt());
        if (!tables.usageRecords()
                .add(new UsageEvent(requestId, attribution, reservation.model(), outcome, usage, charge))) {
            return new Settlement.AlreadySettled(requestId);
        }
        if (!usage.isNone()) {
            tables.ledger().postSettlement(requestId, attribution, cost, tokens);
            tables.budgets().settle(attribution, reservation.reservedAt(), cost.nanos(), tokens);
        }
        return new Settlement.Settled(cost);
    }

    private static RetryPolicy whileDatabaseIsAway(Duration deadline) {
        return RetryPolicy.builder()
                .includes(
                        TransientDataAccessException.class,
                        RecoverableDataAccessException.class,
                        DataAccessResourceFailureException.class,
                        TransactionException.class)
                .maxRetries(Long.MAX_VALUE)
                .timeout(deadline)
                .delay(FIRST_DELAY)
                .multiplier(2)
                .maxDelay(LONGEST_DELAY)
                .build();
    }
}
