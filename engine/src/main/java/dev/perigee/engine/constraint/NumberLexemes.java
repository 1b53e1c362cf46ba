package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lexemes of numbers within bounds. Digits are compared with those of the bounds while they are written.
 *
 * <p>Source: the number grammar of RFC 8259.
 */
final class NumberLexemes {

    private static final String SYMBOLS = "0123456789-+.eE";
    private static final int MAX_DIGITS = 18;
    private static final int MAX_PLACES = 17;
    private static final int MAX_MODULUS = 1_000;
    private static final int MAX_BOUND_LENGTH = 40;

    private enum Phase {
        START,
        SIGN,
        ZERO,
        DIGITS,
        POINT,
        PLACES,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS
    }

    /**
     * @param low how the digits written compare with the lower bound's, likewise {@code high}
     * @param remainder of all digits as one number, by the modulus
     */
    private record State(Phase phase, boolean negative, boolean nonZero, int count, int low, int high, int remainder) {}

    private final Clause.Numbers bounds;
    private final @Nullable Digits low;
    private final @Nullable Digits high;
    private final int maxPlaces;
    private final int modulus;
    private final int scale;
    private final boolean free;

    private NumberLexemes(Clause.Numbers bounds) {
        this.bounds = bounds;
        this.low = Digits.of(bounds.low().value());
        this.high = Digits.of(bounds.high().value());
        @Nullable BigDecimal multiple = bounds.multipleOf();
        this.scale =
                multiple == null ? 0 : Math.max(0, multiple.stripTrailingZeros().scale());
        this.modulus = multiple == null ? 1 : modulus(multiple, scale);
        this.free = low == null && high == null && multiple == null;
        this.maxPlaces = bounds.integer() ? 0 : multiple == null ? MAX_PLACES : Math.min(scale, MAX_PLACES);
    }

    private static int modulus(BigDecimal multiple, int scale) {
        BigDecimal modulus = multiple.movePointRight(scale);
        if (scale > MAX_PLACES || modulus.compareTo(BigDecimal.valueOf(MAX_MODULUS)) > 0) {
            throw new SchemaRefusedException(
                    "multipleOf is " + multiple + ", which has too many digits to be enforced");
        }
        return modulus.intValueExact();
    }

    /** The numbers within these bounds; nothing where there are none. */
    static @Nullable Lexeme of(Clause.Numbers bounds, Budget budget) {
        NumberLexemes numbers = new NumberLexemes(bounds);
        State start = new State(Phase.START, false, false, 0, 0, 0, 0);
        TableLexeme.@Nullable Walked walked =
                TableLexeme.walk(start, SYMBOLS.length(), numbers::next, numbers::accepts, budget);
        if (walked == null) {
            return null;
        }
        int[] symbolOf = new int[256];
        Arrays.setAll(symbolOf, SYMBOLS::indexOf);
        return TableLexeme.of(walked, symbolOf);
    }

    private @Nullable State next(State state, int symbol) {
        char c = SYMBOLS.charAt(symbol);
        boolean digit = symbol < 10;
        return switch (state.phase) {
            case START -> c == '-' ? with(state, Phase.SIGN) : digit ? firstDigit(state, symbol) : null;
            case SIGN -> digit ? firstDigit(state, symbol) : null;
            case ZERO -> behindDigits(state, c);
            case DIGITS -> digit ? moreDigits(state, symbol) : behindDigits(state, c);
            case POINT -> digit ? place(state, symbol) : null;
            case PLACES -> digit ? place(state, symbol) : exponent(state, c);
            case EXPONENT -> c == '+' || c == '-' ? with(state, Phase.EXPONENT_SIGN) : exponentDigit(state, digit);
            case EXPONENT_SIGN, EXPONENT_DIGITS -> exponentDigit(state, digit);
        };
    }

    private static State with(State state, Phase phase) {
        boolean negative = state.negative || phase == Phase.SIGN;
        return new State(phase, negative, state.nonZero, 0, state.low, state.high, state.remainder);
    }

    private @Nullable State firstDigit(State state, int digit) {
        return digits(state, digit == 0 ? Phase.ZERO : Phase.DIGITS, digit);
    }

    private @Nullable State moreDigits(State state, int digit) {
        return state.count == MAX_DIGITS ? null : digits(state, Phase.DIGITS, digit);
    }

    private State digits(State state, Phase phase, int digit) {
        return new State(
                phase,
                state.negative,
                state.nonZero || digit > 0,
                free ? Math.min(state.count + 1, MAX_DIGITS) : state.count + 1,
                low == null ? 0 : low.digit(state.low, state.count, digit),
                high == null ? 0 : high.digit(state.high, state.count, digit),
                (state.remainder * 10 + digit) % modulus);
    }

    private @Nullable State behindDigits(State state, char c) {
        if (c != '.' || maxPlaces == 0) {
            return exponent(state, c);
        }
        return new State(
                Phase.POINT,
                state.negative,
                state.nonZero,
                0,
                low == null ? 0 : low.whole(state.low, state.count),
                high == null ? 0 : high.whole(state.high, state.count),
                state.remainder);
    }

    private @Nullable State place(State state, int digit) {
        if (state.count == maxPlaces) {
            return null;
        }
        return new State(
                Phase.PLACES,
                state.negative,
                state.nonZero || digit > 0,
                state.count + 1,
                low == null ? 0 : low.place(state.low, state.count, digit),
                high == null ? 0 : high.place(state.high, state.count, digit),
                (state.remainder * 10 + digit) % modulus);
    }

    private @Nullable State exponent(State state, char c) {
        boolean possible = free && !bounds.integer() && (c == 'e' || c == 'E');
        return possible ? with(state, Phase.EXPONENT) : null;
    }

    private static @Nullable State exponentDigit(State state, boolean digit) {
        int count = state.phase == Phase.EXPONENT_DIGITS ? state.count : 0;
        return !digit || count == 2 ? null : new State(Phase.EXPONENT_DIGITS, state.negative, true, count + 1, 0, 0, 0);
    }

    private boolean accepts(State state) {
        return switch (state.phase) {
            case ZERO, DIGITS, PLACES -> free || within(state);
            case EXPONENT_DIGITS -> true;
            case START, SIGN, POINT, EXPONENT, EXPONENT_SIGN -> false;
        };
    }

    private boolean within(State state) {
        if (state.negative && !state.nonZero || !isMultiple(state)) {
            return false;
        }
        int toLow = low == null ? 1 : low.compare(state.low, state.phase == Phase.PLACES, state.count, state.negative);
        int toHigh =
                high == null ? -1 : high.compare(state.high, state.phase == Phase.PLACES, state.count, state.negative);
        return (bounds.low().exclusive() ? toLow > 0 : toLow >= 0)
                && (bounds.high().exclusive() ? toHigh < 0 : toHigh <= 0);
    }

    private boolean isMultiple(State state) {
        long remainder = state.remainder;
        for (int place = state.phase == Phase.PLACES ? state.count : 0; place < scale; place++) {
            remainder = remainder * 10 % modulus;
        }
        return remainder == 0;
    }

    /** A bound's digits without its sign. */
    private record Digits(boolean negative, String whole, String places) {

        static @Nullable Digits of(@Nullable BigDecimal bound) {
            if (bound == null) {
                return null;
            }
            BigDecimal stripped = bound.abs().stripTrailingZeros();
            if (Math.abs((long) stripped.scale()) > MAX_BOUND_LENGTH || stripped.precision() > MAX_BOUND_LENGTH) {
                throw new SchemaRefusedException("a bound is " + bound + ", which has too many digits to be enforced");
            }
            String plain = stripped.toPlainString();
            int point = plain.indexOf('.');
            return new Digits(
                    bound.signum() < 0,
                    point < 0 ? plain : plain.substring(0, point),
                    point < 0 ? "" : plain.substring(point + 1));
        }

        int digit(int so, int count, int digit) {
            if (count >= whole.length()) {
                return 1;
            }
            return so != 0 ? so : Integer.signum(digit - (whole.charAt(count) - '0'));
        }

        int whole(int so, int count) {
            return count == whole.length() ? so : Integer.signum(count - whole.length());
        }

        int place(int so, int count, int digit) {
            int wanted = count < places.length() ? places.charAt(count) - '0' : 0;
            return so != 0 ? so : Integer.signum(digit - wanted);
        }

        /** How the number written compares with this bound. */
        int compare(int so, boolean inPlaces, int count, boolean numberNegative) {
            int size = inPlaces ? so : whole(so, count);
            if (size == 0 && places.length() > (inPlaces ? count : 0)) {
                size = -1;
            }
            if (negative != numberNegative) {
                return numberNegative ? -1 : 1;
            }
            return negative ? -size : size;
        }
    }
}
