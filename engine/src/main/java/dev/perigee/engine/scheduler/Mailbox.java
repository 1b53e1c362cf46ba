package dev.perigee.engine.scheduler;

import dev.perigee.engine.generation.GenerationEvent;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a generation's events wait for its reader, and where the reader says that it wants no more.
 *
 * <p>The engine never waits for a reader: a mailbox holds at most the events of the request's own tokens, a few for each.
 *
 * <p>Threads: any.
 */
public final class Mailbox {

    private final LinkedBlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    private volatile boolean cancelled;
    private volatile Runnable onCancel = () -> {};

    /** Waits for the next event, {@code null} where none came in time. */
    public @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
        return events.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Says that the reader wants no more. */
    public void cancel() {
        cancelled = true;
        onCancel.run();
    }

    /** How many events wait. */
    public int size() {
        return events.size();
    }

    boolean cancelled() {
        return cancelled;
    }

    void onCancel(Runnable action) {
        onCancel = action;
    }

    void put(GenerationEvent event) {
        events.add(event);
    }
}
