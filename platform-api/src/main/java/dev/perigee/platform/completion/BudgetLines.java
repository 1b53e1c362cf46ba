package dev.perigee.platform.completion;

import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.metering.CostAttribution;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lines of calls that wait for budgets whose rest other calls hold: first come, first served, and only the first of a line asks the database
 * again, so that many who wait are no load.
 *
 * <p>Threads: safe.
 */
final class BudgetLines {

    /** How long the first of a line waits between two questions. */
    static final long POLL_MILLIS = 20;

    private final ConcurrentHashMap<Key, Line> lines = new ConcurrentHashMap<>();

    private record Key(UUID scopeId, String source) {}

    private record Line(Semaphore head, int length) {}

    /** One try to reserve. */
    @FunctionalInterface
    interface Reserving {
        Admission reserve();
    }

    /** Reserves; waits at most so long where all that is missing is held by others. */
    Admission reserve(Reserving charging, CostAttribution attribution, Duration patience) {
        Admission admission = charging.reserve();
        if (!waits(admission) || patience.isZero()) {
            return admission;
        }
        Admission.BudgetExhausted held = (Admission.BudgetExhausted) admission;
        Key key = new Key(
                held.standing().scope().idIn(attribution), held.standing().source());
        Line line = join(key);
        try {
            return reserveInLine(line, charging, System.nanoTime() + patience.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return held;
        } finally {
            leave(key);
        }
    }

    /** Whoever does not get to the line's head in time asks once more all the same. */
    private static Admission reserveInLine(Line line, Reserving charging, long deadline) throws InterruptedException {
        if (!line.head().tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return charging.reserve();
        }
        try {
            Admission admission = charging.reserve();
            while (waits(admission) && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
                admission = charging.reserve();
            }
            return admission;
        } finally {
            line.head().release();
        }
    }

    private static boolean waits(Admission admission) {
        return admission instanceof Admission.BudgetExhausted exhausted && exhausted.heldByOthers();
    }

    private Line join(Key key) {
        return lines.merge(
                key, new Line(new Semaphore(1, true), 1), (line, one) -> new Line(line.head(), line.length() + 1));
    }

    private void leave(Key key) {
        lines.computeIfPresent(
                key, (same, line) -> line.length() == 1 ? null : new Line(line.head(), line.length() - 1));
    }
}
