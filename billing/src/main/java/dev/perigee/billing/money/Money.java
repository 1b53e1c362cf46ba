package dev.perigee.billing.money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/**
 * An amount of money, exact to the nano-unit.
 *
 * <pre>{@code
 * Money.of("12.345678901", "USD").amount()    // "12.345678901"
 * Money.of("0.50", "USD").times(3).amount()   // "1.5"
 * }</pre>
 *
 * <p>Units: nano-units of the currency's main unit: one US dollar is 1,000,000,000.
 *
 * <p>Errors: {@link ArithmeticException} where a result does not fit into a {@code long} (about 9.2 billion main units);
 * {@link IllegalArgumentException} where two currencies would be combined.
 *
 * @param nanos amount in nano-units; may be negative
 * @param currency ISO 4217 currency
 */
public record Money(long nanos, Currency currency) implements Comparable<Money> {

    /** Decimal places that an amount can have. */
    public static final int SCALE = 9;

    /** Nothing, in this currency. */
    public static Money zero(Currency currency) {
        return new Money(0, currency);
    }

    /**
     * Reads a plain decimal amount.
     *
     * @param amount decimal number with at most nine decimals, such as {@code "12.345678901"}
     * @param currencyCode ISO 4217 code, such as {@code "USD"}
     */
    public static Money of(String amount, String currencyCode) {
        BigDecimal decimal = new BigDecimal(amount);
        if (decimal.stripTrailingZeros().scale() > SCALE) {
            throw new IllegalArgumentException("amount is " + amount + ", may have at most " + SCALE + " decimals");
        }
        return new Money(decimal.movePointRight(SCALE).longValueExact(), Currency.getInstance(currencyCode));
    }

    /** The amount as the shortest exact decimal number, never in exponent form. */
    public String amount() {
        BigDecimal exact = BigDecimal.valueOf(nanos, SCALE).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0).toPlainString() : exact.toPlainString();
    }

    /** The currency's ISO 4217 code. */
    public String currencyCode() {
        return currency.getCurrencyCode();
    }

    /** This and the other amount together. */
    public Money plus(Money other) {
        return new Money(Math.addExact(nanos, sameCurrency(other).nanos), currency);
    }

    /** This without the other amount. */
    public Money minus(Money other) {
        return new Money(Math.subtractExact(nanos, sameCurrency(other).nanos), currency);
    }

    /** As much below zero as this is above. */
    public Money negated() {
        return new Money(Math.negateExact(nanos), currency);
    }

    /** This amount so many times. */
    public Money times(long factor) {
        return new Money(Math.multiplyExact(nanos, factor), currency);
    }

    /** The nearest amount in whole smallest coins of the currency, such as cents; half goes to the even one. */
    public Money roundedToCoins() {
        int decimals = Math.max(0, currency.getDefaultFractionDigits());
        BigDecimal coins = BigDecimal.valueOf(nanos, SCALE).setScale(decimals, RoundingMode.HALF_EVEN);
        return new Money(coins.movePointRight(SCALE).longValueExact(), currency);
    }

    /** Whether this is an amount in whole smallest coins of the currency. */
    public boolean isInCoins() {
        return equals(roundedToCoins());
    }

    /** Whether this is exactly nothing. */
    public boolean isZero() {
        return nanos == 0;
    }

    @Override
    public int compareTo(Money other) {
        return Long.compare(nanos, sameCurrency(other).nanos);
    }

    @Override
    public String toString() {
        return amount() + " " + currencyCode();
    }

    private Money sameCurrency(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("currency is " + other.currency + ", must be " + currency);
        }
        return other;
    }
}
