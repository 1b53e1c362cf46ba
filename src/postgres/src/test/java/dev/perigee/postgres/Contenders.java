package dev.perigee.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs a task on many threads that set off together, for tests of what only some of them may get. */
public final class Contenders {

    private Contenders() {}

    /** What one of them does; they are numbered from 0. */
    public interface Task<T> {
        T run(int number) throws Exception;
    }

    /**
     * The results in the order of their numbers, when all have ended.
     *
     * @throws Exception what the first of them that failed threw, as its cause
     */
    public static <T> List<T> together(int count, Task<T> task) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    start.await();
                    return task.run(number);
                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> each : running) {
                results.add(each.get());
            }
            return results;
        }
    }
}
