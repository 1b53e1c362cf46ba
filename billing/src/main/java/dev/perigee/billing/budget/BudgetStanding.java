package dev.perigee.billing.budget;

import dev.perigee.billing.metering.LimitScope;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a budget stands.
 *
 * @param scope whose budget
 * @param budget the budget
 * @param settled what was used in this period, in the limit's unit
 * @param reserved what running requests hold of it
 * @param resetsAt when the next period begins, or {@code null} where none does
 */
public record BudgetStanding(
        LimitScope scope,
        Budget budget,
        long settled,
        long reserved,
        @Nullable Instant resetsAt) {

    /** What is left, nothing where the limit is passed. */
    public long available() {
        return Math.max(0, budget.limit().amount() - settled - reserved);
    }

    /** Where it stands once this much more is reserved. */
    BudgetStanding holdingMore(long amount) {
        return new BudgetStanding(scope, budget, settled, Math.addExact(reserved, amount), resetsAt);
    }

    /** The budget as a stable word, such as {@code tenant.budget.day.tokens}. */
    public String source() {
        String unit = budget.limit() instanceof BudgetLimit.OfTokens ? "tokens" : "money";
        return scope.word() + ".budget." + budget.period().word() + "." + unit;
    }
}
