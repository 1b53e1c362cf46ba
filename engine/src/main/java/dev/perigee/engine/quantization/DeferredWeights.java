package dev.perigee.engine.quantization;

/**
 * A weight that is read as it is stored until it has been interleaved: the same numbers before and after.
 *
 * <p>Threads: moves between kernel calls, on the thread that makes them; read by all within one.
 */
public final class DeferredWeights implements WeightMatrix {

    private WeightMatrix current;

    /** A weight that lies as it is stored. */
    public DeferredWeights(WeightMatrix stored) {
        this.current = stored;
    }

    /** As it lies now. */
    public WeightMatrix current() {
        return current;
    }

    /** From now on it lies in these tiles. */
    public void move(TiledWeights tiles) {
        if (tiles.rows() != rows() || tiles.columns() != columns()) {
            throw new IllegalArgumentException("tiles of " + tiles.rows() + " x " + tiles.columns()
                    + " for a weight of " + rows() + " x " + columns());
        }
        current = tiles;
    }

    @Override
    public int rows() {
        return current.rows();
    }

    @Override
    public int columns() {
        return current.columns();
    }

    @Override
    public long bytes() {
        return current.bytes();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        current.decodeRow(row, target);
    }

    @Override
    public WeightMatrix slice(int firstRow, int rows) {
        return current.slice(firstRow, rows);
    }
}
