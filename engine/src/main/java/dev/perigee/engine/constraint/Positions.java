package dev.perigee.engine.constraint;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a text may stand: several places where a schema has several readings of it.
 *
 * <p>Invariant: none twice, at most {@link #MAX}. What is beyond is left out; then less is let through than the schema allows, never
 * more.
 *
 * <p>Threads: one.
 */
final class Positions {

    private static final int MAX = 256;

    private @Nullable Position[] items = new @Nullable Position[4];
    private int size;

    void add(Position position) {
        if (size == MAX || size > 0 && contains(position)) {
            return;
        }
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
        }
        items[size++] = position;
    }

    private boolean contains(Position position) {
        for (int i = 0; i < size; i++) {
            if (position.equals(items[i])) {
                return true;
            }
        }
        return false;
    }

    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    Position get(int index) {
        @Nullable Position position = index < size ? items[index] : null;
        if (position == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return position;
    }

    /** Steps all of them by one byte. */
    void step(int octet, Positions out) {
        for (int i = 0; i < size; i++) {
            get(i).step(octet, out);
        }
    }

    boolean complete() {
        for (int i = 0; i < size; i++) {
            if (get(i).complete()) {
                return true;
            }
        }
        return false;
    }
}
