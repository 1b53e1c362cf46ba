package dev.perigee.engine.constraint;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects. Keys are known by their place among the sorted keys.
 *
 * <p>Threads: any; not changed after construction.
 */
final class ObjectRule implements Alternative {

    private final byte[][] keys;
    private final List<ValueRule> values;
    private final @Nullable ValueRule rest;
    private final BitSet required;
    private final int min;
    private final int max;

    /**
     * @param keys as they are written, without the opening and with no closing quote, sorted
     * @param values rules by the keys' places
     * @param rest of keys that are not among these; {@code null} where there may be none
     */
    ObjectRule(byte[][] keys, List<ValueRule> values, @Nullable ValueRule rest, BitSet required, int min, int max) {
        this.keys = keys;
        this.values = List.copyOf(values);
        this.rest = rest;
        this.required = required;
        this.min = min;
        this.max = max;
    }

    KeyRange keys() {
        return KeyRange.all(keys);
    }

    ValueRule value(int key) {
        return values.get(key);
    }

    /** The rule of keys that are not declared; {@code null} where there may be none. */
    @Nullable
    ValueRule rest() {
        return rest;
    }

    @Override
    public int height() {
        int possible = rest != null && rest.height() < ValueRule.ENDLESS ? Integer.MAX_VALUE : possibleKeys();
        if (min > max || required.cardinality() > max || min > possible) {
            return ValueRule.ENDLESS;
        }
        int inside = 0;
        for (int key = required.nextSetBit(0); key >= 0; key = required.nextSetBit(key + 1)) {
            inside = Math.max(inside, values.get(key).height());
        }
        if (min > required.cardinality()) {
            inside = Math.max(inside, heightOfOptionals());
        }
        return Math.min(ValueRule.ENDLESS, inside + 1);
    }

    private int possibleKeys() {
        int possible = 0;
        for (ValueRule value : values) {
            possible += value.height() < ValueRule.ENDLESS ? 1 : 0;
        }
        return possible;
    }

    private int heightOfOptionals() {
        if (rest != null && rest.height() < ValueRule.ENDLESS) {
            return rest.height();
        }
        int height = 0;
        for (ValueRule value : values) {
            height = value.height() < ValueRule.ENDLESS ? Math.max(height, value.height()) : height;
        }
        return height;
    }

    /** Whether an object with these keys is complete. */
    boolean complete(Keys written) {
        return written.count() >= min && missing(written) == 0;
    }

    private int missing(Keys written) {
        int missing = 0;
        for (int key = required.nextSetBit(0); key >= 0; key = required.nextSetBit(key + 1)) {
            missing += written.has(key) ? 0 : 1;
        }
        return missing;
    }

    /** Which keys may follow. */
    Openings openings(Keys written, int depth) {
        int missing = missing(written);
        boolean onlyRequired = written.count() >= max - missing;
        BitSet open = new BitSet(keys.length);
        for (int key = 0; key < keys.length; key++) {
            if (!written.has(key)
                    && (!onlyRequired || required.get(key))
                    && values.get(key).fits(depth + 1)) {
                open.set(key);
            }
        }
        return new Openings(open, rest != null && !onlyRequired && rest.fits(depth + 1));
    }

    /**
     * Keys that may follow.
     *
     * @param declared places of declared ones
     * @param others whether keys that are not declared may
     */
    record Openings(BitSet declared, boolean others) {

        boolean any() {
            return others || !declared.isEmpty();
        }

        boolean within(KeyRange range) {
            int next = declared.nextSetBit(range.from());
            return next >= 0 && next < range.to();
        }
    }

    @Override
    public void begin(int octet, Position after, int depth, Positions out) {
        if (octet == '{') {
            out.add(new ObjectPosition(this, ObjectPosition.Phase.OPENED, Keys.NONE, after, depth));
        }
    }
}
