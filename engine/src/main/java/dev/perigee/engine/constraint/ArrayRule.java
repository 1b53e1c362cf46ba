package dev.perigee.engine.constraint;

import java.util.List;

/**
 * Arrays.
 *
 * @param first rules of the first elements
 * @param rest of those behind them
 * @param max at most {@link Integer#MAX_VALUE}
 */
record ArrayRule(List<ValueRule> first, ValueRule rest, int min, int max) implements Alternative {

    ValueRule element(int place) {
        return place < first.size() ? first.get(place) : rest;
    }

    @Override
    public int height() {
        if (min > max) {
            return ValueRule.ENDLESS;
        }
        int inside = 0;
        for (int place = 0; place < Math.min(min, first.size() + 1); place++) {
            inside = Math.max(inside, element(place).height());
        }
        return Math.min(ValueRule.ENDLESS, inside + 1);
    }

    /** Whether one more element may follow so many. */
    boolean takes(int count, int depth) {
        return count < max && element(count).fits(depth + 1);
    }

    /** Counts one more; where a count makes no difference any more it stays. */
    int counted(int count) {
        return max == Integer.MAX_VALUE && count >= min && count >= first.size() ? count : count + 1;
    }

    @Override
    public void begin(int octet, Position after, int depth, Positions out) {
        if (octet == '[') {
            out.add(new ArrayPosition(this, ArrayPosition.Phase.OPENED, 0, after, depth));
        }
    }
}
