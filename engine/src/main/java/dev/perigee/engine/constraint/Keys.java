package dev.perigee.engine.constraint;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The keys that an object has already. Undeclared ones are known by a 64-bit digest of their bytes: equal keys are always found,
 * and a key that is taken for another is only not offered.
 *
 * <p>Threads: any; immutable.
 */
final class Keys {

    static final Keys NONE = new Keys(new BitSet(), new long[0]);

    private final BitSet declared;
    private final long[] others;

    private Keys(BitSet declared, long[] others) {
        this.declared = declared;
        this.others = others;
    }

    Keys with(int key) {
        BitSet more = (BitSet) declared.clone();
        more.set(key);
        return new Keys(more, others);
    }

    Keys withOther(long digest) {
        long[] more = Arrays.copyOf(others, others.length + 1);
        more[others.length] = digest;
        return new Keys(declared, more);
    }

    boolean has(int key) {
        return declared.get(key);
    }

    boolean hasOther(long digest) {
        for (long other : others) {
            if (other == digest) {
                return true;
            }
        }
        return false;
    }

    int count() {
        return declared.cardinality() + others.length;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Keys that && declared.equals(that.declared) && Arrays.equals(others, that.others);
    }

    @Override
    public int hashCode() {
        return 31 * declared.hashCode() + Arrays.hashCode(others);
    }
}
