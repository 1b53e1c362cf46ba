package dev.perigee.billing.budget;

/**
 * What may be spent in a period.
 *
 * @param period when it begins anew
 * @param limit how much
 * @param mode what it does when it is spent
 */
public record Budget(BudgetPeriod period, BudgetLimit limit, BudgetMode mode) {

    /** Whether both count the same: the same period and unit, in the same mode. */
    public boolean countsLike(Budget other) {
        return period == other.period && mode == other.mode && limit.getClass().equals(other.limit.getClass());
    }
}
