package dev.perigee.engine.tensor;

import java.lang.foreign.MemorySegment;

/**
 * Elements as they are stored, row-major and little-endian.
 *
 * <p>Invariants: {@code data} holds exactly the bytes that type and shape ask for.
 */
public record Tensor(DataType type, Shape shape, MemorySegment data) {

    public Tensor {
        long wanted = Math.multiplyExact(shape.elements(), (long) type.bytes());
        if (data.byteSize() != wanted) {
            throw new IllegalArgumentException(
                    "data has " + data.byteSize() + " bytes, " + type + " " + shape + " takes " + wanted);
        }
    }
}
