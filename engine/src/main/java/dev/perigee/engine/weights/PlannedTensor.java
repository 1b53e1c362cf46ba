package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.RowFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/**
 * A tensor that will be written: its rows are those of its parts, one after the other.
 *
 * @param name as it is called in the file
 * @param format what it is written as
 * @param extents slowest dimension first
 * @param parts gives the matrices; memory of the arena lives until the tensor is written
 */
record PlannedTensor(String name, RowFormat format, List<Long> extents, Function<Arena, List<WeightMatrix>> parts) {

    PlannedTensor {
        extents = List.copyOf(extents);
    }

    /** A tensor of these matrices as they are. */
    static PlannedTensor of(String name, RowFormat format, List<Long> extents, List<? extends WeightMatrix> parts) {
        return new PlannedTensor(name, format, extents, arena -> List.copyOf(parts));
    }

    private int columns() {
        return Math.toIntExact(extents.getLast());
    }

    long bytes() {
        return rows() * format.rowBytes(columns());
    }

    long rows() {
        return extents.subList(0, extents.size() - 1).stream().reduce(1L, Math::multiplyExact);
    }

    /** Writes all rows; returns how many scales of native INT4 had to be rounded. */
    long writeTo(OutputStream out) throws IOException {
        byte[] bytes = new byte[format.rowBytes(columns())];
        float[] row = new float[columns()];
        MemorySegment target = MemorySegment.ofArray(bytes);
        long misfits = 0;
        try (Arena arena = Arena.ofConfined()) {
            for (WeightMatrix part : parts.apply(arena)) {
                for (int i = 0; i < part.rows(); i++) {
                    if (format == RowFormat.Q4_0 && part instanceof PackedInt4Weights packed) {
                        misfits += packed.copyAsQ40(i, target);
                    } else {
                        part.decodeRow(i, row);
                        format.encode(row, columns(), target);
                    }
                    out.write(bytes);
                }
            }
        }
        return misfits;
    }
}
