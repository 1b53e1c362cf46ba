package dev.perigee.engine.constraint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Code points, as ranges that rise and do not touch: first, last, first, last, …
 *
 * <p>Invariant: only code points that a JSON string can hold unescaped or by a short escape.
 */
record CharSet(List<Integer> ranges) {

    static final int LAST = Character.MAX_CODE_POINT;

    /** All that a string can hold: no surrogates, of the control characters those with a short escape. */
    static final CharSet ALL = new CharSet(List.of(0x08, 0x0A, 0x0C, 0x0D, 0x20, 0xD7FF, 0xE000, LAST));

    static final CharSet DIGIT = of(0x30, 0x39);
    static final CharSet WORD = union(of(0x30, 0x39, 0x41, 0x5A, 0x5F, 0x5F, 0x61, 0x7A));
    static final CharSet SPACE = union(of(0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x20));

    /** All but white space, that of Unicode too: engines differ there, and none of it is let through. */
    static final CharSet NOT_SPACE = union(of(
                    0x09, 0x0D, 0x20, 0x20, 0x85, 0x85, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029,
                    0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF))
            .negated();

    /** What a dot matches in every engine: no line end. */
    static final CharSet DOT =
            union(of(0x0A, 0x0A, 0x0D, 0x0D, 0x85, 0x85, 0x2028, 0x2029)).negated();

    CharSet {
        ranges = List.copyOf(ranges);
    }

    static CharSet of(Integer... ranges) {
        return new CharSet(List.of(ranges));
    }

    /** Joins what overlaps and leaves out what no string can hold. */
    static CharSet union(CharSet set) {
        return set.negated().negated();
    }

    /** All others that a string can hold. */
    CharSet negated() {
        List<int[]> sorted = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i += 2) {
            sorted.add(new int[] {ranges.get(i), ranges.get(i + 1)});
        }
        Collections.addAll(sorted, new int[] {0, 0x07}, new int[] {0x0B, 0x0B}, new int[] {0x0E, 0x1F});
        sorted.add(new int[] {0xD800, 0xDFFF});
        sorted.sort((a, b) -> Integer.compare(a[0], b[0]));
        List<Integer> others = new ArrayList<>();
        int free = 0;
        for (int[] range : sorted) {
            if (range[0] > free) {
                Collections.addAll(others, free, range[0] - 1);
            }
            free = Math.max(free, range[1] + 1);
        }
        if (free <= LAST) {
            Collections.addAll(others, free, LAST);
        }
        return new CharSet(others);
    }

    CharSet and(CharSet other) {
        List<Integer> both = new ArrayList<>(negated().ranges);
        both.addAll(other.negated().ranges);
        return new CharSet(both).negated();
    }

    CharSet or(CharSet other) {
        List<Integer> either = new ArrayList<>(ranges);
        either.addAll(other.ranges);
        return union(new CharSet(either));
    }

    boolean contains(int codePoint) {
        for (int i = 0; i < ranges.size(); i += 2) {
            if (codePoint >= ranges.get(i) && codePoint <= ranges.get(i + 1)) {
                return true;
            }
        }
        return false;
    }
}
