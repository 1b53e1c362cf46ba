package dev.perigee.engine.kernel;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that share the loops of one caller: whoever is free takes the next chunk from one counter, large ones first, so that what a
 * thread reads lies together and all end at about the same time. Waits by spinning shortly, then asleep; allocates nothing in a run.
 *
 * <p>Threads: {@link #run} by one caller at a time.
 */
final class WorkerPool implements AutoCloseable {

    /** About 50 µs: longer than what lies between two kernels of a step of decode. */
    private static final int SPINS = 3_000;

    /** A chunk is this part of what a thread would have of the rest. */
    private static final int SHARE = 2;

    /** The counters' places lie two cache lines apart: a write to a line takes it from all who wait for a number on it. */
    private static final int LINE = 128 / Integer.BYTES;

    private static final int ROUND = LINE;
    private static final int NEXT = 2 * LINE;
    private static final int PENDING = 3 * LINE;
    private static final int CLOSED = -1;

    private final int threads;
    private final Thread[] workers;
    private final AtomicIntegerArray shared = new AtomicIntegerArray(4 * LINE);
    private Kernels.@Nullable RowLoop task;
    private int size;
    private int smallest = 1;
    private int largest = 1;
    private @Nullable Throwable failure;

    /** @param starting told of every worker's number, from 1 on, on its own thread before it works */
    WorkerPool(int threads, IntConsumer starting) {
        this.threads = threads;
        this.workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int number = i + 1;
            workers[i] = Thread.ofPlatform()
                    .daemon()
                    .name("perigee-kernel-" + number)
                    .start(() -> {
                        starting.accept(number);
                        work();
                    });
        }
    }

    int threads() {
        return threads;
    }

    /** Runs the body over 0 to {@code count}, at most {@code chunk} at a time; returns when all is done. */
    void run(Kernels.RowLoop body, int count, int chunk) {
        run(body, count, 1, chunk);
    }

    /** The same with at least {@code least} at a time, but for the last; {@code least} is 1 or more, and at most {@code most}. */
    void run(Kernels.RowLoop body, int count, int least, int most) {
        if (threads == 1 || count <= 1) {
            body.run(0, count);
            return;
        }
        task = body;
        size = count;
        smallest = least;
        largest = most;
        failure = null;
        shared.setPlain(NEXT, 0);
        shared.setPlain(PENDING, workers.length);
        shared.set(ROUND, (shared.get(ROUND) + 1) & Integer.MAX_VALUE); // never CLOSED
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        try {
            takeChunks(body);
        } finally {
            awaitOthers();
        }
        raiseFailure();
    }

    private void takeChunks(Kernels.RowLoop body) {
        int first = 0;
        while (first < size) {
            int end = Math.min(size, first + Math.clamp((size - first) / (SHARE * threads), smallest, largest));
            int found = shared.compareAndExchange(NEXT, first, end);
            if (found == first) {
                body.run(first, end);
                first = end;
            } else {
                first = found;
            }
        }
    }

    private void awaitOthers() {
        int spins = 0;
        while (shared.get(PENDING) > 0) {
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private void raiseFailure() {
        Throwable failed = failure;
        failure = null;
        if (failed != null) {
            throw new IllegalStateException("a kernel thread failed", failed);
        }
    }

    private void work() {
        int round = awaitAfter(0);
        while (round != CLOSED) {
            runPart();
            round = awaitAfter(round);
        }
    }

    /** The round that comes after this one, or {@link #CLOSED}. */
    private int awaitAfter(int seen) {
        int spins = 0;
        int round = shared.get(ROUND);
        while (round == seen) {
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
            round = shared.get(ROUND);
        }
        return round;
    }

    @SuppressWarnings("NullAway") // the task is set before the round is raised
    private void runPart() {
        try {
            takeChunks(task);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            shared.decrementAndGet(PENDING);
        }
    }

    @Override
    public void close() {
        shared.set(ROUND, CLOSED);
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
