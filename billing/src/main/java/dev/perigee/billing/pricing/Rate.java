package dev.perigee.billing.pricing;

import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.money.Money;
import java.math.BigDecimal;
import java.util.Currency;

/**
 * What one token costs, by kind.
 *
 * <pre>{@code
 * Rate rate = Rate.perMillion(USD, new BigDecimal("0.60"), new BigDecimal("0.15"), new BigDecimal("2.50"));
 * rate.inputNanos()                                        // 600: a million input tokens cost 0.60 US dollars
 * rate.cost(new MeasuredUsage(1000, 0, 100, 0)).amount()   // "0.00085"
 * }</pre>
 *
 * <p>Units: nano-units of the currency for one token.
 *
 * <p>Invariants: from 0 to {@link #MAX_NANOS}, so that no request's cost can overflow.
 *
 * @param currency ISO 4217 currency
 * @param inputNanos one prompt token that is computed
 * @param cachedInputNanos one prompt token taken from a cache
 * @param outputNanos one generated token, reasoning or not
 */
public record Rate(Currency currency, long inputNanos, long cachedInputNanos, long outputNanos) {

    /** Highest price of a token: one main unit of the currency, that is a million per million tokens. */
    public static final long MAX_NANOS = 1_000_000_000L;

    /** Decimals that a price per million tokens may have. */
    public static final int DECIMALS_PER_MILLION = 3;

    public Rate {
        checkNanos("inputNanos", inputNanos);
        checkNanos("cachedInputNanos", cachedInputNanos);
        checkNanos("outputNanos", outputNanos);
    }

    /**
     * A rate from prices per million tokens.
     *
     * <p>Errors: {@link IllegalArgumentException} naming {@code input}, {@code cached_input} or {@code output} where a price is negative, above
     * 1,000,000 or has more than three decimals.
     */
    public static Rate perMillion(Currency currency, BigDecimal input, BigDecimal cachedInput, BigDecimal output) {
        return new Rate(
                currency,
                nanosPerToken("input", input),
                nanosPerToken("cached_input", cachedInput),
                nanosPerToken("output", output));
    }

    /** What this usage costs, exactly. */
    public Money cost(MeasuredUsage usage) {
        long input = Math.multiplyExact(inputNanos, usage.uncachedInput());
        long cached = Math.multiplyExact(cachedInputNanos, usage.cachedInput());
        long output = Math.multiplyExact(outputNanos, usage.outputTokens());
        return new Money(Math.addExact(Math.addExact(input, cached), output), currency);
    }

    /** The most that a request of this size can cost: every prompt token at the dearer of the two input prices. */
    public Money highestCost(long promptTokens, long maxOutputTokens) {
        long prompt = Math.multiplyExact(Math.max(inputNanos, cachedInputNanos), promptTokens);
        return new Money(Math.addExact(prompt, Math.multiplyExact(outputNanos, maxOutputTokens)), currency);
    }

    /** The price of a million computed prompt tokens. */
    public Money inputPerMillion() {
        return new Money(inputNanos, currency).times(1_000_000);
    }

    /** The price of a million cached prompt tokens. */
    public Money cachedInputPerMillion() {
        return new Money(cachedInputNanos, currency).times(1_000_000);
    }

    /** The price of a million generated tokens. */
    public Money outputPerMillion() {
        return new Money(outputNanos, currency).times(1_000_000);
    }

    private static long nanosPerToken(String name, BigDecimal perMillion) {
        BigDecimal exact = perMillion.stripTrailingZeros();
        if (exact.scale() > DECIMALS_PER_MILLION) {
            throw new IllegalArgumentException(name + " is " + perMillion.toPlainString() + ", may have at most "
                    + DECIMALS_PER_MILLION + " decimals per million tokens");
        }
        if (exact.signum() < 0 || exact.compareTo(BigDecimal.valueOf(1_000_000)) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + perMillion.toPlainString() + ", must be from 0 to 1000000 per million tokens");
        }
        return exact.movePointRight(DECIMALS_PER_MILLION).longValueExact();
    }

    private static void checkNanos(String name, long nanos) {
        if (nanos < 0 || nanos > MAX_NANOS) {
            throw new IllegalArgumentException(name + " is " + nanos + ", must be from 0 to " + MAX_NANOS);
        }
    }
}
