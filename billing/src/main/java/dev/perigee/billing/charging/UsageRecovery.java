package dev.perigee.billing.charging;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.metering.AbandonedJournals;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Settles what was left behind: at the start and from then on by processes that died with their journal in the same folder; each second by
 * requests of this one that gave up on a database that was away, or whose reservation was committed without their hearing of it. Every few
 * seconds it stores how far the running requests are, for the case that this process dies and its journal is not found.
 *
 * <p>Threads: one of its own, between {@link #start} and {@link #close}.
 */
public final class UsageRecovery implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UsageRecovery.class);
    private static final long PERIOD_MILLIS = 1_000;
    private static final long CHECKPOINT_MILLIS = 5_000;

    private final UsageJournal own;
    private final Settling settling;
    private final DeadProcesses deadProcesses;
    private final ChargingTables tables;
    private final Set<String> endedBefore = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    private Map<String, MeasuredUsage> stored = Map.of();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("usage-recovery").daemon().factory());

    /**
     * @param own the journal of this process; those of dead ones are looked for beside it
     * @param tables where checkpoints are stored
     */
    public UsageRecovery(UsageJournal own, Settling settling, DeadProcesses deadProcesses, ChargingTables tables) {
        this.own = own;
        this.settling = settling;
        this.deadProcesses = deadProcesses;
        this.tables = tables;
    }

    /** The journal of this process. */
    public UsageJournal journal() {
        return own;
    }

    /** Replays what dead processes left, then keeps watch over this one and the others. */
    public void start() {
        RowScope.ofPlatform().run(this::replayAbandoned);
        repeat(this::sweep, PERIOD_MILLIS);
        repeat(this::replayAbandoned, PERIOD_MILLIS);
        repeat(deadProcesses::estimate, PERIOD_MILLIS);
        repeat(this::checkpoint, CHECKPOINT_MILLIS);
    }

    private void repeat(Runnable task, long millis) {
        timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        RowScope.ofPlatform().run(task);
                    } catch (RuntimeException e) {
                        LOG.warn("What is left behind could not be settled; tried again: {}", e.getMessage());
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdown();
        try {
            timer.awaitTermination(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS);
            RowScope.ofPlatform().run(() -> settling.releaseUncounted(own));
            own.finish();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("What is left behind is settled by whoever finds the journal: {}", e.getMessage());
        }
    }

    /** Settles what the journals of dead processes tell. */
    void replayAbandoned() {
        AbandonedJournals.forEach(own.folder(), this::replay);
    }

    private void replay(UsageJournal journal) {
        List<UsageSlot> slots = journal.open();
        slots.forEach(slot -> settle(journal, slot));
        int released = settling.releaseUncounted(journal);
        if (slots.size() + released > 0) {
            LOG.warn(
                    "Process {} died: settled {} requests by its journal, released {} that are not in it",
                    journal.processId(),
                    slots.size(),
                    released);
        }
    }

    /** Settles requests that ended more than one sweep ago, and releases holds that nobody here knows of. */
    void sweep() {
        List<UsageSlot> ended = own.open().stream().filter(UsageSlot::ended).toList();
        ended.stream().filter(slot -> endedBefore.contains(slot.requestId())).forEach(slot -> settle(own, slot));
        endedBefore.clear();
        ended.forEach(slot -> endedBefore.add(slot.requestId()));
        int released = settling.releaseUncounted(own);
        if (released > 0) {
            LOG.warn("Released {} reservations whose requests never heard of them", released);
        }
    }

    /** Stores how far those running requests are that have gone on since the last time. */
    void checkpoint() {
        Map<String, MeasuredUsage> now = new HashMap<>();
        own.open().stream()
                .filter(slot -> slot.usage().outputTokens() > 0)
                .forEach(slot -> now.put(slot.requestId(), slot.usage()));
        Map<String, MeasuredUsage> changed = new HashMap<>(now);
        changed.entrySet().removeAll(stored.entrySet());
        if (!changed.isEmpty()) {
            tables.reservations().checkpoint(own.processId(), changed);
        }
        stored = now;
    }

    private void settle(UsageJournal journal, UsageSlot slot) {
        if (settling.settle(journal, slot) instanceof Settlement.ExceedsHold exceeds && told.add(slot.requestId())) {
            LOG.error(
                    "Request {} used {}, more than it held",
                    exceeds.reservation().requestId(),
                    slot.usage());
        }
    }
}
