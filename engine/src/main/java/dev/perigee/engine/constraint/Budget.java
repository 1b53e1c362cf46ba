package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;

/**
 * The work that one schema may cost. It is counted, not timed, so that the same schema is refused on every machine or on none.
 *
 * <p>Threads: one.
 */
final class Budget {

    /** Some 200 ms of one Zen 3 core at most, and a few ten megabytes. */
    private static final long UNITS = 4_000_000;

    private long left = UNITS;

    /**
     * Takes units of work: about one for each transition of an automaton.
     *
     * @throws SchemaRefusedException where none are left
     */
    void spend(long units) {
        left -= units;
        if (left < 0) {
            throw new SchemaRefusedException("schema is too complex to be enforced");
        }
    }
}
