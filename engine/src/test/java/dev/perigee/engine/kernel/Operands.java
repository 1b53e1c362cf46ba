package dev.perigee.engine.kernel;

import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.ToIntFunction;

/** Matrices and weights for the parity suites. */
final class Operands implements AutoCloseable {

    private static final long MALLOC_ALIGNMENT = 16;

    private final Arena arena = Arena.ofShared();
    private final Random random = new Random(Long.getLong("perigee.test.seed", 12));

    /** At the very end of what is allocated, so that AddressSanitizer knows the next byte. */
    MemorySegment bytes(long count) {
        long whole = Math.ceilDiv(Math.max(1, count), MALLOC_ALIGNMENT) * MALLOC_ALIGNMENT;
        return arena.allocate(whole, MALLOC_ALIGNMENT).asSlice(whole - count);
    }

    /** The same tiles without anything behind the last one. */
    TiledWeights alone(TiledWeights tiles) {
        MemorySegment copy = bytes(tiles.data().byteSize()).copyFrom(tiles.data());
        return new TiledWeights(tiles.format(), copy, tiles.rows(), tiles.columns());
    }

    FloatMatrix matrix(int rows, int columns, DoubleSupplier values) {
        FloatMatrix matrix = new FloatMatrix(bytes((long) rows * columns * Float.BYTES), rows, columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix.set(r, c, (float) values.getAsDouble());
            }
        }
        return matrix;
    }

    MemorySegment halves(int rows, int columns, ToIntFunction<Float> bits) {
        MemorySegment data = bytes((long) rows * columns * Short.BYTES);
        for (long i = 0; i < (long) rows * columns; i++) {
            data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) bits.applyAsInt((float) random.nextGaussian()));
        }
        return data;
    }

    PackedInt4Weights int4(int rows, int columns) {
        MemorySegment scales = halves(rows, columns / 32, v -> Float.floatToRawIntBits(v) >>> 16);
        return new PackedInt4Weights(randomBytes((long) rows * columns / 2, 256), scales, rows, columns);
    }

    /** Bytes below 16 only, so that no scale is an infinity or a NaN. */
    GgufWeights gguf(GgufFormat format, int rows, int columns) {
        return new GgufWeights(format, randomBytes(rows * format.rowBytes(columns), 16), rows, columns);
    }

    /** Any bytes as quants, behind scales between 0.5 and 1. */
    GgufWeights wild(GgufFormat format, int rows, int columns) {
        MemorySegment data = randomBytes(rows * format.rowBytes(columns), 256);
        long[] scales = switch (format) {
            case Q4_K -> new long[] {0, 2};
            case Q6_K -> new long[] {208};
            default -> new long[] {0};
        };
        for (long at = 0; at < data.byteSize(); at += format.blockBytes()) {
            for (long scale : scales) {
                short half = Float.floatToFloat16(0.5f + random.nextFloat() / 2);
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + scale, half);
            }
        }
        return new GgufWeights(format, data, rows, columns);
    }

    private MemorySegment randomBytes(long count, int bound) {
        MemorySegment data = bytes(count);
        for (long i = 0; i < count; i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(bound));
        }
        return data;
    }

    @Override
    public void close() {
        arena.close();
    }
}
