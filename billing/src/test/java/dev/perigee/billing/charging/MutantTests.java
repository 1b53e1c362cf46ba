package dev.perigee.billing.charging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each mutant is caught by the simulation within three minutes, by a seed that finds nothing without it. */
@Isolated("methods are replaced in this JVM")
class MutantTests {

    private static final long FIRST_SEED = 7_000_000;
    private static final Duration LONGEST = Duration.ofMinutes(3);

    @ParameterizedTest
    @EnumSource(
            names = {
                "COUNTS_A_TOKEN_AFTER_IT_IS_SEEN",
                "EXTENDS_WITHOUT_ASKING_THE_BUDGET",
                "LOSES_ONE_OF_SEVERAL",
                "GRANTS_THE_SAME_TO_SEVERAL"
            })
    void mutantWhenEasyToFindIsCaught(Mutant mutant) {
        assertCaught(mutant);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void mutantWhenRunIsCaught(Mutant mutant) {
        assertCaught(mutant);
    }

    private static void assertCaught(Mutant mutant) {
        long seed = seedThatCatches(mutant);
        try (SimulatedDatabase database = new SimulatedDatabase()) {
            assertThat(violation(new Simulation(database, seed)))
                    .as("what seed %d finds without the mutant", seed)
                    .isNull();
        }
    }

    private static long seedThatCatches(Mutant mutant) {
        StatementRewriting rewriting = mutant.rewriting();
        try (SimulatedDatabase database = new SimulatedDatabase(rewriting)) {
            mutant.install(database);
            long start = System.nanoTime();
            String found = null;
            long seed = FIRST_SEED;
            while (found == null && System.nanoTime() - start < LONGEST.toNanos()) {
                found = violation(new Simulation(database, seed++));
            }
            System.out.printf(
                    "mutant %s: %s after %d s, %d seeds%n",
                    mutant, found, Duration.ofNanos(System.nanoTime() - start).toSeconds(), seed - FIRST_SEED);
            assertThat(!mutant.rewrites() || rewriting.changed() > 0)
                    .as("a statement was changed")
                    .isTrue();
            assertThat(found).as(mutant + " must be caught").isNotNull();
            return seed - 1;
        } finally {
            mutant.remove();
        }
    }

    private static String violation(Simulation simulation) {
        try {
            simulation.run();
            return null;
        } catch (AssertionError e) {
            return e.getMessage();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }
}
