package dev.perigee.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that share the loops of one caller. Waits by spinning shortly, then asleep; allocates nothing in a run.
 *
 * <p>Threads: {@link #run} by one caller at a time.
 */
final class WorkerPool implements AutoCloseable {

    private static final int SPINS = 2_000;

    /** A loop body over a range of its index. */
    interface RangeTask {
        void run(int first, int end);
    }

    private final int threads;
    private final Thread[] workers;
    private final AtomicInteger pending = new AtomicInteger();
    private @Nullable RangeTask task;
    private int size;
    private @Nullable Throwable failure;
    private volatile int round;
    private volatile boolean closed;

    WorkerPool(int threads) {
        this.threads = threads;
        this.workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int part = i + 1;
            workers[i] =
                    Thread.ofPlatform().daemon().name("perigee-kernel-" + part).start(() -> work(part));
        }
    }

    int threads() {
        return threads;
    }

    /** Runs the body over 0 to {@code count}, cut into one range a thread; returns when all is done. */
    void run(RangeTask body, int count) {
        if (threads == 1) {
            body.run(0, count);
            return;
        }
        task = body;
        size = count;
        failure = null;
        pending.set(workers.length);
        round = round + 1;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        try {
            body.run(0, bound(1, count));
        } finally {
            awaitOthers();
        }
        raiseFailure();
    }

    private int bound(int part, int count) {
        return (int) ((long) count * part / threads);
    }

    private void awaitOthers() {
        int spins = 0;
        while (pending.get() > 0) {
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

    private void work(int part) {
        int seen = 0;
        while (awaitRound(seen)) {
            seen = round;
            runPart(part);
        }
    }

    private boolean awaitRound(int seen) {
        int spins = 0;
        while (round == seen && !closed) {
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        return !closed;
    }

    @SuppressWarnings("NullAway") // the task is set before the round is raised
    private void runPart(int part) {
        try {
            task.run(bound(part, size), bound(part + 1, size));
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            pending.decrementAndGet();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
