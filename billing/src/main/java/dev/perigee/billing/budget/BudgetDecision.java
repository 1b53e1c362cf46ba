package dev.perigee.billing.budget;

import org.jspecify.annotations.Nullable;

/** What the hard budgets that apply to a request pay for. */
public sealed interface BudgetDecision {

    /**
     * A budget does not pay for the prompt and one token more.
     *
     * @param standing the narrowest such budget that is spent, or the narrowest whose rest others hold
     * @param heldByOthers whether all that is missing is held by other requests, which may give it back
     */
    record Exhausted(BudgetStanding standing, boolean heldByOthers) implements BudgetDecision {}

    /**
     * All of them pay.
     *
     * @param maxOutputTokens for so many output tokens, at most as many as were asked for
     * @param cutBy the budget that pays for fewer than were asked for, or {@code null} where none does
     */
    record Paid(long maxOutputTokens, @Nullable BudgetStanding cutBy) implements BudgetDecision {}
}
