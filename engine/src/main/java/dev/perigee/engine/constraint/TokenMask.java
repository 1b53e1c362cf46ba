package dev.perigee.engine.constraint;

import java.util.Arrays;

/**
 * Which tokens may come next, a bit for each id.
 *
 * <p>Threads: one.
 */
public final class TokenMask {

    private final long[] words;
    private final int size;

    /** @param size ids go from 0 to this, exclusive; at first none may come */
    public TokenMask(int size) {
        this.size = size;
        this.words = new long[(size + Long.SIZE - 1) / Long.SIZE];
    }

    /** Forbids all. */
    public void clear() {
        Arrays.fill(words, 0);
    }

    /** Allows all. */
    public void fill() {
        for (int id = 0; id < size; id++) {
            allow(id);
        }
    }

    /** Allows one id. */
    public void allow(int id) {
        words[id >> 6] |= 1L << id;
    }

    /** Forbids one id. */
    public void forbid(int id) {
        words[id >> 6] &= ~(1L << id);
    }

    /** Whether this id may come. */
    public boolean allows(int id) {
        return id >= 0 && id < size && (words[id >> 6] >>> id & 1) != 0;
    }

    /** How many ids may come. */
    public int count() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** Sets the logits of all others to negative infinity, those beyond the mask too. */
    public void apply(float[] logits) {
        for (int id = 0; id < logits.length; id++) {
            if ((id & 63) == 0 && id < size && words[id >> 6] == -1L) {
                id += 63;
            } else if (!allows(id)) {
                logits[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    void allowAll(long[] others) {
        for (int i = 0; i < others.length; i++) {
            words[i] |= others[i];
        }
    }
}
