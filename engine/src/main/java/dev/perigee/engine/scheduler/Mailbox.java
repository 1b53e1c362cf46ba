package dev.perigee.engine.scheduler;

import dev.perigee.engine.generation.GenerationEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a generation's events wait for its reader, and where the reader says how many tokens it grants and that it wants no more.
 *
 * <p>The engine never waits for a reader: a mailbox holds at most the events of the request's own tokens, a few for each.
 *
 * <p>Threads: any.
 */
public final class Mailbox {

    private final Queue<GenerationEvent> events = new ArrayDeque<>();
    private long granted;
    private boolean grantEnded;
    private boolean parked;
    private volatile boolean cancelled;
    private volatile Runnable onWord = () -> {};

    /** A mailbox whose reader grants every token. */
    public Mailbox() {
        this(Long.MAX_VALUE);
    }

    /** A mailbox whose reader grants so many tokens at first. */
    public Mailbox(long granted) {
        this.granted = granted;
    }

    /** Waits for the next event, {@code null} where none came in time or none can come before a grant. */
    public synchronized @Nullable GenerationEvent next(Duration timeout) throws InterruptedException {
        long start = System.nanoTime();
        while (events.isEmpty() && !parked) {
            long left = timeout.toNanos() - (System.nanoTime() - start);
            if (left <= 0) {
                return null;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return events.poll();
    }

    /** Grants so many tokens more. */
    public void grant(int tokens) {
        synchronized (this) {
            granted = Math.addExact(granted, tokens);
            parked = false;
        }
        onWord.run();
    }

    /** Says that nothing more will be granted. */
    public void endGrant() {
        synchronized (this) {
            grantEnded = true;
            parked = false;
        }
        onWord.run();
    }

    /** Whether everything granted was generated and its reader must say how it goes on. */
    public synchronized boolean parked() {
        return parked;
    }

    /** Says that the reader wants no more. */
    public void cancel() {
        synchronized (this) {
            cancelled = true;
            parked = false;
        }
        onWord.run();
    }

    /** How many events wait. */
    public synchronized int size() {
        return events.size();
    }

    boolean cancelled() {
        return cancelled;
    }

    /** What to run whenever the reader has said something. */
    void onWord(Runnable action) {
        onWord = action;
    }

    synchronized boolean grants(int tokens) {
        return tokens <= granted;
    }

    /** How many tokens beyond these are granted. */
    synchronized long grantedBeyond(int tokens) {
        return granted - tokens;
    }

    synchronized boolean grantEnded() {
        return grantEnded;
    }

    /** Tells the reader that nothing comes before a grant of this many tokens in all. */
    synchronized void park(int needed) {
        if (!grants(needed) && !grantEnded && !cancelled) {
            parked = true;
            notifyAll();
        }
    }

    synchronized void put(GenerationEvent event) {
        parked = false;
        events.add(event);
        notifyAll();
    }
}
