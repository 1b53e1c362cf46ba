package dev.perigee.engine.kernel;

/**
 * Where some rounded inputs lie, and which rows they are. Filled anew for every product.
 *
 * <p>Units: addresses. What they point to is held by whoever filled this.
 */
final class Panels {

    /** Most tokens of a panel. */
    static final int TOKENS = 8;

    private static final int BYTES_OF_TWO_INPUTS = 3;

    private long address;
    private int tokens;
    private int columns;
    private long rows;
    private long factors;

    /** Bytes that so many rounded inputs take, scales and sums included. */
    static long bytes(long inputs) {
        return inputs * BYTES_OF_TWO_INPUTS / 2;
    }

    /** Consecutive rows. */
    void place(long newAddress, int newTokens, int newColumns) {
        address = newAddress;
        tokens = newTokens;
        columns = newColumns;
        rows = 0;
        factors = 0;
    }

    /** Which rows they are, and what each is multiplied by: addresses of int32 and float32. */
    void choose(long rowIndices, long rowFactors) {
        rows = rowIndices;
        factors = rowFactors;
    }

    long address() {
        return address;
    }

    int tokens() {
        return tokens;
    }

    int columns() {
        return columns;
    }

    long bytes() {
        return bytes((long) tokens * columns);
    }

    int panels() {
        return Math.ceilDiv(tokens, TOKENS);
    }

    /** Address of the row indices, 0 where rows follow each other. */
    long rows() {
        return rows;
    }

    /** Address of the factors. */
    long factors() {
        return factors;
    }
}
