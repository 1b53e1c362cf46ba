package dev.perigee.billing.budget;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.pricing.Rate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants its budgets to pay for.
 *
 * @param attribution whose budgets
 * @param rate what a token costs
 * @param tokens what for
 * @param held what it holds already, or {@code null} where it is not admitted yet
 */
public record BudgetClaim(
        CostAttribution attribution,
        Rate rate,
        Tokens tokens,
        @Nullable Held held) {

    /**
     * What to pay for.
     *
     * @param prompt tokens of the prompt that are not held yet
     * @param output tokens of the answer, where no hard budget applies
     * @param tranche tokens of the answer, where one does; at most {@code output}
     */
    public record Tokens(long prompt, long output, long tranche) {}

    /**
     * What is held already.
     *
     * @param nanos money
     * @param tokens tokens
     * @param admittedAt when the request was admitted; it goes on in the periods of that moment
     */
    public record Held(long nanos, long tokens, Instant admittedAt) {

        long in(BudgetLimit limit) {
            return limit instanceof BudgetLimit.OfTokens ? tokens : nanos;
        }
    }

    /** How many tokens of the answer this budget pays for; below 1 where it does not pay for the prompt and one more. */
    long payable(BudgetStanding standing) {
        BudgetLimit limit = standing.budget().limit();
        return limit.payableOutput(limit.amount() - standing.settled() - standing.reserved(), tokens.prompt(), rate);
    }

    /** How much of this budget the prompt and so many tokens of the answer hold at most. */
    long amount(BudgetLimit limit, long output) {
        return limit instanceof BudgetLimit.OfTokens
                ? Math.addExact(tokens.prompt(), output)
                : rate.highestCost(tokens.prompt(), output).nanos();
    }

    /** Whether it would pay for one if all other requests gave back what they hold of it. */
    boolean payableWithoutOthers(BudgetStanding standing) {
        BudgetLimit limit = standing.budget().limit();
        long own = held == null ? 0 : held.in(limit);
        return limit.payableOutput(limit.amount() - standing.settled() - own, tokens.prompt(), rate) >= 1;
    }
}
