package dev.perigee.engine.quantization;

import java.lang.foreign.MemorySegment;

/**
 * A weight in one of GGUF's quantised formats.
 *
 * <p>Shapes: (rows, columns), row-major, a row in whole blocks of its format.
 */
public record GgufWeights(GgufFormat format, MemorySegment data, int rows, int columns) implements WeightMatrix {

    public GgufWeights {
        WeightMatrix.requireBytes(data, rows, format.rowBytes(columns));
    }

    @Override
    public long bytes() {
        return data.byteSize();
    }

    @Override
    public void decodeRow(int row, float[] target) {
        long at = row * format.rowBytes(columns);
        for (int first = 0; first < columns; first += format.blockWeights()) {
            format.decode(data, at, target, first);
            at += format.blockBytes();
        }
    }

    @Override
    public GgufWeights slice(int firstRow, int count) {
        return new GgufWeights(
                format, WeightMatrix.rowsOf(data, format.rowBytes(columns), firstRow, count), count, columns);
    }
}
