package dev.perigee.billing.budget;

import java.time.Instant;

/**
 * One period of a budget.
 *
 * @param start first moment
 * @param end first moment of the next one
 */
record BudgetWindow(Instant start, Instant end) {

    /** The one period of a budget that never begins anew. */
    static final BudgetWindow ALL_TIME =
            new BudgetWindow(Instant.parse("1970-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));
}
