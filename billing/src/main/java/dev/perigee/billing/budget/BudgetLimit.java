package dev.perigee.billing.budget;

import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.Rate;

/**
 * How much a budget allows, of money or of tokens.
 *
 * <p>Errors: {@link IllegalArgumentException} where an amount is negative or above {@link #MAX_AMOUNT}.
 */
public sealed interface BudgetLimit {

    /** Highest amount, in nano-units or tokens: a billion main units of a currency. */
    long MAX_AMOUNT = 1_000_000_000_000_000_000L;

    /** Nano-units of money, or tokens. */
    long amount();

    /**
     * How many output tokens so much of the budget pays for behind a prompt.
     *
     * @param available what is left
     * @param promptTokens tokens of the prompt, which is paid first
     * @param rate what a token costs
     * @return so many; negative where not even the prompt is paid, {@link Long#MAX_VALUE} where output is free
     */
    long payableOutput(long available, long promptTokens, Rate rate);

    /** An amount of money. */
    record OfMoney(Money money) implements BudgetLimit {

        public OfMoney {
            check(money.nanos());
        }

        @Override
        public long amount() {
            return money.nanos();
        }

        @Override
        public long payableOutput(long available, long promptTokens, Rate rate) {
            long left = available - rate.highestCost(promptTokens, 0).nanos();
            if (left < 0) {
                return -1;
            }
            return rate.outputNanos() == 0 ? Long.MAX_VALUE : left / rate.outputNanos();
        }
    }

    /** A number of tokens, of prompts and of answers. */
    record OfTokens(long amount) implements BudgetLimit {

        public OfTokens {
            check(amount);
        }

        @Override
        public long payableOutput(long available, long promptTokens, Rate rate) {
            return available - promptTokens;
        }
    }

    private static void check(long amount) {
        if (amount < 0 || amount > MAX_AMOUNT) {
            throw new IllegalArgumentException("amount is " + amount + ", must be from 0 to " + MAX_AMOUNT);
        }
    }
}
