package dev.perigee.billing.charging;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongPredicate;
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
    void invariantsWhenAFewSeedsRunHold() {
        run(seed -> seed < FIRST_SEED + 20);
    }

    /** One million operations. */
    @Test
    @Tag("long")
    void invariantsWhenAMillionOperationsRunHold() {
        long operations = Long.getLong("simulation.operations", 1_000_000);
        run(seed -> (seed - FIRST_SEED) * Simulation.STEPS < operations);
    }

    @Test
    void seedOfItsOwn() {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            run(each -> each == seed);
        }
    }

    private static void run(LongPredicate wanted) {
        long first = Long.getLong("simulation.seed", FIRST_SEED);
        long start = System.nanoTime();
        long operations = 0;
        long seed = first;
        Map<SimulatedOutcome, Integer> outcomes = new EnumMap<>(SimulatedOutcome.class);
        try (SimulatedDatabase database = new SimulatedDatabase()) {
            for (; wanted.test(seed); seed++) {
                operations += runOne(database, seed, outcomes);
                if (seed % 200 == 0) {
                    tell(first, seed, operations, outcomes, start);
                }
            }
        }
        tell(first, seed - 1, operations, outcomes, start);
    }

    private static int runOne(SimulatedDatabase database, long seed, Map<SimulatedOutcome, Integer> outcomes) {
        try {
            Simulation simulation = new Simulation(database, seed);
            simulation.run();
            simulation.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
            return simulation.operations();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static void tell(
            long first, long last, long operations, Map<SimulatedOutcome, Integer> outcomes, long start) {
        System.out.printf(
                "simulation: seeds %d to %d, %d operations, transactions %s, 0 violations, %d s%n",
                first,
                last,
                operations,
                outcomes,
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
    }
}
