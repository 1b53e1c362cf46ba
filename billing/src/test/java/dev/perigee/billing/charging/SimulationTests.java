package dev.perigee.billing.charging;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many seeds of the {@link Simulation}. A failure names its seed; run it again by
 * {@code -Dtest=SimulationTests#seedOfItsOwn -Dsimulation.seed=N}.
 */
class SimulationTests {

    private static final long FIRST_SEED = 20_261_126;

    @Test
    @Timeout(120)
    void invariantsWhenAFewSeedsRunHold() throws InterruptedException {
        new Campaign(FIRST_SEED, Long.MAX_VALUE, FIRST_SEED + 20).run(1);
    }

    /** One million operations, on two threads, each with a database of its own. */
    @Test
    @Tag("long")
    void invariantsWhenAMillionOperationsRunHold() throws InterruptedException {
        long first = Long.getLong("simulation.seed", FIRST_SEED + 20);
        new Campaign(first, Long.getLong("simulation.operations", 1_000_000), Long.MAX_VALUE).run(2);
    }

    @Test
    void seedOfItsOwn() throws InterruptedException {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            new Campaign(seed, Long.MAX_VALUE, seed + 1).run(1);
        }
    }

    /** One seed after the other, until there are enough operations, or no more seeds. */
    private static final class Campaign {

        private final long first;
        private final long enough;
        private final long end;
        private final long start = System.nanoTime();
        private final AtomicLong next;
        private final Map<SimulatedOutcome, Integer> outcomes = new EnumMap<>(SimulatedOutcome.class);
        private long seeds;
        private long operations;
        private long shared;
        private @Nullable AssertionError violation;

        Campaign(long first, long enough, long end) {
            this.first = first;
            this.enough = enough;
            this.end = end;
            this.next = new AtomicLong(first);
        }

        void run(int threads) throws InterruptedException {
            try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
                for (int thread = 0; thread < threads; thread++) {
                    pool.execute(this::runSeeds);
                }
            }
            tell();
            if (violation != null) {
                throw violation;
            }
        }

        private void runSeeds() {
            try (SimulatedDatabase database = new SimulatedDatabase()) {
                while (wanted()) {
                    long seed = next.getAndIncrement();
                    if (seed >= end) {
                        return;
                    }
                    runOne(new Simulation(database, seed), seed);
                }
            }
        }

        private synchronized boolean wanted() {
            return violation == null && operations < enough;
        }

        private void runOne(Simulation simulation, long seed) {
            try {
                simulation.run();
                count(simulation);
            } catch (RuntimeException | Error e) {
                fail(new AssertionError("seed " + seed + ": " + e.getMessage(), e));
            }
        }

        private synchronized void count(Simulation simulation) {
            seeds++;
            operations += simulation.operations();
            shared += simulation.shared();
            simulation.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
            if (seeds % 200 == 0) {
                tell();
            }
        }

        private synchronized void fail(AssertionError found) {
            violation = found;
        }

        private void tell() {
            System.out.printf(
                    "simulation: %d seeds from %d on, %d operations, %d times several together, transactions %s, %s, %d s%n",
                    seeds,
                    first,
                    operations,
                    shared,
                    outcomes,
                    violation == null ? "0 violations" : violation.getMessage(),
                    Duration.ofNanos(System.nanoTime() - start).toSeconds());
        }
    }
}
