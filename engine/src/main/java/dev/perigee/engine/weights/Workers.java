package dev.perigee.engine.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A fixed number of threads that share rows out among them. Threads: one caller. */
public final class Workers implements AutoCloseable {

    private final int threads;
    private final ExecutorService executor;

    /** @param threads at least 1 */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
        }
        this.threads = threads;
        this.executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().factory());
    }

    /** Some rows: from the first to before the second. */
    @FunctionalInterface
    interface Range {
        void work(int from, int to);
    }

    /** Cuts the rows into one range a thread and returns when all are done. */
    void run(int rows, Range range) {
        int share = Math.ceilDiv(rows, threads);
        List<Callable<Object>> shares = new ArrayList<>();
        for (int from = 0; from < rows; from += share) {
            int begin = from;
            shares.add(Executors.callable(() -> range.work(begin, Math.min(rows, begin + share))));
        }
        try {
            for (Future<?> done : executor.invokeAll(shares)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rows were encoded", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a row cannot be encoded", e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
