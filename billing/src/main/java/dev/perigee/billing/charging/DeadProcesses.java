package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.ledger.ReservationState;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Bills what dead processes held, by its last checkpoint, as an estimate. The rest stays held: until their journal is replayed, which settles
 * it exactly, or until an administrator gives it up.
 *
 * <p>Threads: safe; of several processes that do the same at the same time one wins each reservation.
 */
public final class DeadProcesses {

    private static final Logger LOG = LoggerFactory.getLogger(DeadProcesses.class);

    private final ProcessLease lease;
    private final ChargingTables tables;
    private final UsageRecorder recorder;
    private final TransactionTemplate transaction;

    /** @param lease of this process, which judges the others */
    public DeadProcesses(ProcessLease lease, ChargingTables tables, PlatformTransactionManager transactions) {
        this.lease = lease;
        this.tables = tables;
        this.recorder = new UsageRecorder(tables);
        this.transaction = new TransactionTemplate(transactions);
    }

    /** What became of {@link #giveUp}. */
    public sealed interface GivingUp {

        /** No reservation has this request id. */
        record Unknown(String requestId) implements GivingUp {}

        /** Its process lives, or it was resolved before; nothing changed. */
        record NotEstimated(ReservationState state) implements GivingUp {}

        /** It is billed as estimated for ever, or as the engine's count said that came behind the estimate; nothing is held any more. */
        record GivenUp(String requestId) implements GivingUp {}
    }

    /** Ends the epochs of dead processes and estimates what is held under epochs that have passed; returns how many requests these were. */
    int estimate() {
        lease.fenceDead();
        int estimated = 0;
        for (String requestId : tables.reservations().orphans()) {
            estimated += Objects.requireNonNull(transaction.execute(status -> estimateOnce(requestId)));
        }
        if (estimated > 0) {
            LOG.warn("Billed {} requests of dead processes by their last checkpoints; the rest stays held", estimated);
        }
        return estimated;
    }

    /**
     * Locks the reservation before the budgets, as a settlement does. A late extension locks the budgets first, but then does not wait for the
     * reservation: its epoch was ended before.
     */
    private int estimateOnce(String requestId) {
        tables.reservations().checkpointAtEngineCount(requestId);
        return tables.reservations()
                .lockOrphan(requestId)
                .map(orphan -> {
                    recorder.estimate(orphan);
                    return 1;
                })
                .orElse(0);
    }

    /** Requests that are estimated and still hold something, the oldest first. */
    public List<String> estimated(int most) {
        return tables.reservations().estimated(most);
    }

    /**
     * Leaves a request at its estimate and gives back what is still held for it. Where its process lived on and stored the engine's count, but
     * never its settlement, that count is billed.
     */
    public GivingUp giveUp(String requestId) {
        return Objects.requireNonNull(transaction.execute(status -> giveUpOnce(requestId)));
    }

    private GivingUp giveUpOnce(String requestId) {
        tables.engineCounts().addEstimate(requestId);
        return tables.reservations()
                .giveUp(requestId)
                .<GivingUp>map(givenUp -> {
                    recorder.giveUp(givenUp);
                    return new GivingUp.GivenUp(requestId);
                })
                .orElseGet(() -> tables.reservations()
                        .stateOf(requestId)
                        .<GivingUp>map(GivingUp.NotEstimated::new)
                        .orElseGet(() -> new GivingUp.Unknown(requestId)));
    }
}
