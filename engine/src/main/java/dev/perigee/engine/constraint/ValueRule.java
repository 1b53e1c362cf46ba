package dev.perigee.engine.constraint;

import java.util.ArrayList;
import java.util.List;

/**
 * A choice of forms. Filled in while a schema is compiled, for rules may be parts of themselves; not changed afterwards.
 *
 * <p>Threads: one until compiled, then any.
 */
final class ValueRule {

    /** The deepest nesting that is let through. */
    static final int MAX_DEPTH = 64;

    /** The height of what has no finite value. */
    static final int ENDLESS = 1_000;

    private final List<Alternative> alternatives = new ArrayList<>();
    private int height = ENDLESS;

    void add(Alternative alternative) {
        alternatives.add(alternative);
    }

    /** Looks at the alternatives' heights again; whether the least one fell. */
    boolean settle() {
        int before = height;
        for (Alternative alternative : alternatives) {
            height = Math.min(height, alternative.height());
        }
        return height < before;
    }

    /** Leaves out what has no finite value. */
    void prune() {
        alternatives.removeIf(alternative -> alternative.height() > MAX_DEPTH);
    }

    /** How many levels the smallest value has. */
    int height() {
        return height;
    }

    /** Whether a value fits where so many objects and arrays are open. */
    boolean fits(int depth) {
        return depth + height <= MAX_DEPTH;
    }

    /** Begins a value in every form that its first byte and the depth allow. */
    void begin(int octet, Position after, int depth, Positions out) {
        for (int i = 0; i < alternatives.size(); i++) {
            Alternative alternative = alternatives.get(i);
            if (depth + alternative.height() <= MAX_DEPTH) {
                alternative.begin(octet, after, depth, out);
            }
        }
    }
}
