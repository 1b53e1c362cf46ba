package dev.perigee.billing.budget;

import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/**
 * Sets budgets and tells where they stand.
 *
 * <p>Threads: safe. Errors: {@link org.springframework.dao.DataAccessException} where the database is away.
 */
public interface Budgets {

    /** Most budgets that a key, project or tenant can have. */
    int MAX_BUDGETS = 20;

    /** Where the owner's budgets stand, in the order of period, unit and mode. */
    List<BudgetStanding> standings(BudgetOwner owner);

    /**
     * Replaces the owner's budgets. A budget that {@linkplain Budget#countsLike counts like} one before goes on counting; a new one starts with
     * what was used in its period already.
     *
     * @throws IllegalArgumentException where two of them count alike, or there are more than {@link #MAX_BUDGETS}
     */
    void replace(BudgetOwner owner, List<Budget> budgets);

    /** Lets the days and months of all budgets of a tenant begin by another time zone from now on. */
    void changeTimeZone(UUID tenantId, ZoneId timeZone);
}
