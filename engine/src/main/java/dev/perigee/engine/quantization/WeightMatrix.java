package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/**
 * A weight as it is stored, with the decoder that says what its numbers mean.
 *
 * <p>Shapes: (rows, columns) = (outputs, inputs).
 *
 * <p>Threads: immutable, any; but see {@link DeferredWeights}.
 */
public sealed interface WeightMatrix
        permits F32Weights,
                F16Weights,
                Bf16Weights,
                Fp8Weights,
                PackedInt4Weights,
                GgufWeights,
                TiledWeights,
                DeferredWeights {

    /** Outputs. */
    int rows();

    /** Inputs. */
    int columns();

    /** Bytes it takes as stored, scales included. */
    long bytes();

    /** Writes one row as float32, exactly, to the front of {@code target}. */
    void decodeRow(int row, float[] target);

    /** Consecutive rows as a matrix of their own over the same memory. */
    WeightMatrix slice(int firstRow, int rows);

    /** Rows of {@code rowBytes} each out of a segment. */
    static MemorySegment rowsOf(MemorySegment data, long rowBytes, int firstRow, int rows) {
        return data.asSlice(firstRow * rowBytes, rows * rowBytes);
    }

    /** Refuses memory of another size than the matrix takes. */
    static void requireBytes(MemorySegment data, long rows, long rowBytes) {
        long wanted = Math.multiplyExact(rows, rowBytes);
        if (rows < 0 || data.byteSize() != wanted) {
            throw new IllegalArgumentException("data has " + data.byteSize() + " bytes, the matrix takes " + wanted);
        }
    }
}
