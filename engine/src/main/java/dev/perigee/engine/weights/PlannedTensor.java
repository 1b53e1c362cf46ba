package dev.perigee.engine.weights;

import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.RowFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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

    private static final int BATCH_BYTES = 4 << 20;

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

    /** Writes all rows, which the workers encode; returns how many scales of native INT4 had to be rounded. */
    long writeTo(OutputStream out, Workers workers) throws IOException {
        int rowBytes = format.rowBytes(columns());
        int batch = Math.max(1, BATCH_BYTES / rowBytes);
        byte[] bytes = new byte[Math.multiplyExact(batch, rowBytes)];
        AtomicLong misfits = new AtomicLong();
        try (Arena arena = Arena.ofShared()) {
            for (WeightMatrix part : parts.apply(arena)) {
                for (int first = 0; first < part.rows(); first += batch) {
                    int begin = first;
                    int count = Math.min(batch, part.rows() - first);
                    workers.run(count, (from, to) -> misfits.addAndGet(encode(part, begin, from, to, bytes)));
                    out.write(bytes, 0, count * rowBytes);
                }
            }
        }
        return misfits.get();
    }

    private long encode(WeightMatrix part, int first, int from, int to, byte[] target) {
        int rowBytes = format.rowBytes(columns());
        float[] row = new float[columns()];
        long misfits = 0;
        for (int i = from; i < to; i++) {
            MemorySegment place = MemorySegment.ofArray(target).asSlice((long) i * rowBytes, rowBytes);
            if (format == RowFormat.Q4_0 && part instanceof PackedInt4Weights packed) {
                misfits += packed.copyAsQ40(first + i, place);
            } else {
                part.decodeRow(first + i, row);
                format.encode(row, columns(), place);
            }
        }
        return misfits;
    }
}
