package dev.perigee.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Float32 activations outside the heap: a view of {@code rows} by {@code columns} with a stride between rows.
 *
 * <p>Shapes: (rows, columns), row-major; {@code stride} counts elements, at least {@code columns}.
 *
 * <p>Threads: as the memory below it; concurrent writers must write different elements.
 */
public final class FloatMatrix {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final MemorySegment data;
    private final int rows;
    private final int columns;
    private final int stride;

    /** A view whose rows follow each other without a gap. */
    public FloatMatrix(MemorySegment data, int rows, int columns) {
        this(data, rows, columns, columns);
    }

    private FloatMatrix(MemorySegment data, int rows, int columns, int stride) {
        long needed = rows == 0 ? 0 : ((long) (rows - 1) * stride + columns) * Float.BYTES;
        if (rows < 0 || columns < 0 || data.byteSize() < needed) {
            throw new IllegalArgumentException(
                    rows + " x " + columns + " floats need " + needed + " bytes, there are " + data.byteSize());
        }
        this.data = data;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /** The same rows, seen through a window of {@code width} columns that starts at {@code first}. */
    public FloatMatrix columns(int first, int width) {
        if (first < 0 || width < 0 || first + width > columns) {
            throw new IllegalArgumentException("columns " + first + " + " + width + " of " + columns);
        }
        return new FloatMatrix(data.asSlice((long) first * Float.BYTES), rows, width, stride);
    }

    /** The memory, from the first element of row 0 on. */
    public MemorySegment data() {
        return data;
    }

    /** How many rows there are. */
    public int rows() {
        return rows;
    }

    /** How many elements a row shows. */
    public int columns() {
        return columns;
    }

    /** Elements from one row's start to the next one's. */
    public int stride() {
        return stride;
    }

    /** The element's index counted from the start of {@link #data()}. */
    public long index(int row, int column) {
        return (long) row * stride + column;
    }

    /** One element. */
    public float get(int row, int column) {
        return data.getAtIndex(FLOAT, index(row, column));
    }

    /** Sets one element. */
    public void set(int row, int column, float value) {
        data.setAtIndex(FLOAT, index(row, column), value);
    }

    /** Sets every element of a row to zero. */
    public void clearRow(int row) {
        for (int i = 0; i < columns; i++) {
            set(row, i, 0f);
        }
    }

    /** Copies a row of another matrix of the same width into a row of this one. */
    public void copyRowFrom(FloatMatrix source, int sourceRow, int row) {
        MemorySegment.copy(
                source.data,
                source.index(sourceRow, 0) * Float.BYTES,
                data,
                index(row, 0) * Float.BYTES,
                (long) columns * Float.BYTES);
    }

    /** Copies {@code length} elements of a row, from {@code column} on, to the front of an array. */
    public void copyRow(int row, int column, float[] target, int length) {
        MemorySegment.copy(data, FLOAT, index(row, column) * Float.BYTES, target, 0, length);
    }

    /** Copies the first {@code length} elements of a row to the front of an array. */
    public void copyRow(int row, float[] target, int length) {
        copyRow(row, 0, target, length);
    }

    /** Overwrites {@code length} elements of a row, from {@code column} on, with the front of an array. */
    public void setRow(int row, int column, float[] source, int length) {
        MemorySegment.copy(source, 0, data, FLOAT, index(row, column) * Float.BYTES, length);
    }
}
