package dev.perigee.engine.constraint;

import org.jspecify.annotations.Nullable;

/**
 * Those of some sorted texts that begin with the bytes written so far.
 *
 * @param keys sorted by their unsigned bytes, none twice; shared, not changed
 * @param from the first that fits
 * @param to behind the last
 * @param written how many bytes are
 */
@SuppressWarnings("ArrayRecordComponent") // one array for all ranges of an object; compared by identity
record KeyRange(byte[][] keys, int from, int to, int written) {

    static KeyRange all(byte[][] keys) {
        return new KeyRange(keys, 0, keys.length, 0);
    }

    /** Those that go on with this byte; nothing where none does. */
    @Nullable
    KeyRange next(byte octet) {
        int first = from;
        while (first < to && !goesOn(first, octet)) {
            first++;
        }
        int last = first;
        while (last < to && goesOn(last, octet)) {
            last++;
        }
        return first == last ? null : new KeyRange(keys, first, last, written + 1);
    }

    private boolean goesOn(int key, byte octet) {
        return keys[key].length > written && keys[key][written] == octet;
    }

    /** Whether the first of them is written whole. */
    boolean complete() {
        return from < to && keys[from].length == written;
    }
}
