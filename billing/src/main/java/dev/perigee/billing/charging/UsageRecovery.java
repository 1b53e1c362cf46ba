package dev.perigee.billing.charging;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.metering.AbandonedJournals;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.metering.UsageSlot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what was left behind: at the start by processes that died, then each second by requests of this one that gave up on a database that
 * was away, or whose reservation was committed without their hearing of it.
 *
 * <p>Threads: one of its own, between {@link #start} and {@link #close}.
 */
public final class UsageRecovery implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UsageRecovery.class);
    private static final long PERIOD_MILLIS = 1_000;

    private final Path folder;
    private final UsageJournal own;
    private final Settling settling;
    private final Set<String> endedBefore = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("usage-recovery").daemon().factory());

    /**
     * @param folder where the journals of dead processes are looked for
     * @param own the journal of this process
     */
    public UsageRecovery(Path folder, UsageJournal own, Settling settling) {
        this.folder = folder;
        this.own = own;
        this.settling = settling;
    }

    /** The journal of this process. */
    public UsageJournal journal() {
        return own;
    }

    /** Replays what dead processes left, then keeps watch over this one. */
    public void start() {
        RowScope.ofPlatform().run(() -> AbandonedJournals.forEach(folder, this::replay));
        timer.scheduleWithFixedDelay(this::sweepOrWarn, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdown();
        try {
            timer.awaitTermination(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    private void settle(UsageJournal journal, UsageSlot slot) {
        if (settling.settle(journal, slot) instanceof Settlement.ExceedsHold exceeds && told.add(slot.requestId())) {
            LOG.error(
                    "Request {} used {}, more than it held",
                    exceeds.reservation().requestId(),
                    slot.usage());
        }
    }

    private void sweepOrWarn() {
        try {
            RowScope.ofPlatform().run(this::sweep);
        } catch (RuntimeException e) {
            LOG.warn("What is left behind could not be settled; tried again: {}", e.getMessage());
        }
    }
}
