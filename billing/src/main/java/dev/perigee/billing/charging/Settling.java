package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.ResolvedReservation;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Ends requests: the journal's slot, the engine's count, then reservation, usage row and posting in one transaction, then the slot is free.
 *
 * <p>Two guards make a request count once, both decided by PostgreSQL: the conditional update of its reservation, which only the process that
 * holds it can make, and the primary key of its usage row. A settlement whose commit got no answer may therefore be tried again blindly, by whoever finds the slot.
 */
public final class Settling {

    private final ChargingTables tables;
    private final UsageRecorder recorder;
    private final TransactionTemplate transaction;
    private final RetryTemplate retries;

    /**
     * @param deadline for how long a settlement is tried again while the database is away
     */
    public Settling(ChargingTables tables, PlatformTransactionManager transactions, Duration deadline) {
        this.tables = tables;
        this.transaction = new TransactionTemplate(transactions);
        this.recorder = new UsageRecorder(tables);
        this.retries = new RetryTemplate(DatabaseRetries.lasting(deadline));
    }

    /** Settles a request whose count is in this journal, or in none. */
    Settlement settle(UsageJournal journal, String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        Optional<UsageSlot> slot = journal.find(requestId);
        slot.ifPresent(each -> each.end(outcome));
        Settlement settlement = retries.invoke(() -> {
            slot.map(UsageSlot::usage)
                    .filter(counted -> !endedBeforeItsFirstToken(counted, outcome))
                    .ifPresent(counted -> tables.engineCounts().add(journal.processId(), requestId, counted));
            return transaction.execute(status -> {
                Settlement tried = settleOnce(journal.processId(), requestId, usage, outcome);
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
        uncounted.forEach(requestId -> {
            tables.reservations().checkpointAtEngineCount(requestId);
            tables.engineCounts().add(journal.processId(), requestId, MeasuredUsage.NONE); // or its checkpoint
            settle(journal, requestId, MeasuredUsage.NONE, RequestOutcome.INTERRUPTED);
        });
        return uncounted.size();
    }

    private Settlement settleOnce(UUID processId, String requestId, MeasuredUsage usage, RequestOutcome outcome) {
        Optional<ResolvedReservation> resolved = tables.reservations().resolve(processId, requestId, usage.isNone());
        if (resolved.isPresent()) {
            MeasuredUsage exact = resolved.get().atLeastCheckpoint(usage);
            return recorder.record(resolved.get(), exact, outcome);
        }
        return tables.reservations()
                .stateOf(requestId)
                .filter(state -> !state.open())
                .<Settlement>map(state -> new Settlement.AlreadySettled(requestId))
                .orElseGet(() -> new Settlement.NeverReserved(requestId));
    }
}
