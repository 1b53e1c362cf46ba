package dev.perigee.engine.quantization;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies a weight with rows and columns exchanged, without changing a value. */
public final class Transposition {

    private static final long ALIGNMENT = 64;

    private Transposition() {}

    /** The transposed matrix: bf16 where the source is bf16, float32 otherwise. */
    public static WeightMatrix of(WeightMatrix source, Arena arena) {
        return switch (source) {
            case Bf16Weights bf16 -> bf16(bf16, arena);
            case F32Weights other -> f32(other, arena);
            case F16Weights other -> f32(other, arena);
            case Fp8Weights other -> f32(other, arena);
            case PackedInt4Weights other -> f32(other, arena);
            case GgufWeights other -> f32(other, arena);
            case TiledWeights other -> f32(other, arena);
            case DeferredWeights other -> of(other.current(), arena);
        };
    }

    private static Bf16Weights bf16(Bf16Weights source, Arena arena) {
        int rows = source.columns();
        int columns = source.rows();
        MemorySegment target = arena.allocate((long) rows * columns * Short.BYTES, ALIGNMENT);
        float[] row = new float[rows];
        for (int column = 0; column < columns; column++) {
            source.decodeRow(column, row);
            for (int i = 0; i < rows; i++) {
                short bits = (short) (Float.floatToRawIntBits(row[i]) >>> 16);
                target.setAtIndex(ValueLayout.JAVA_SHORT, (long) i * columns + column, bits);
            }
        }
        return new Bf16Weights(target, rows, columns);
    }

    private static F32Weights f32(WeightMatrix source, Arena arena) {
        int rows = source.columns();
        int columns = source.rows();
        MemorySegment target = arena.allocate((long) rows * columns * Float.BYTES, ALIGNMENT);
        float[] row = new float[rows];
        for (int column = 0; column < columns; column++) {
            source.decodeRow(column, row);
            for (int i = 0; i < rows; i++) {
                target.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * columns + column, row[i]);
            }
        }
        return new F32Weights(target, rows, columns);
    }
}
