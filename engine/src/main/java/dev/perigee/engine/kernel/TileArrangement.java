package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The C kernel that interleaves rows of weights, of one instruction set.
 *
 * <p>Threads: any.
 */
final class TileArrangement {

    private final MemorySegment arrange;

    TileArrangement(NativeLibrary library, CpuIsa isa) {
        this.arrange = library.kernel(isa, "arrange_tiles");
    }

    /** Writes tiles {@code first} to {@code end} of a weight that is as stored to the front of {@code target}. */
    void arrange(WeightMatrix stored, int first, int end, MemorySegment target) {
        MemorySegment quants = quants(stored);
        MemorySegment scales = scales(stored);
        try {
            NativeKernels.check((int) SIGNATURES
                    .arrangeTiles()
                    .invokeExact(
                            arrange,
                            format(stored).ordinal(),
                            quants,
                            quants.byteSize(),
                            scales,
                            scales.byteSize(),
                            stored.columns(),
                            stored.rows(),
                            first,
                            end,
                            target,
                            target.byteSize()));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** The tiles of a weight that has some. */
    static TileFormat format(WeightMatrix weight) {
        TileFormat format = TileFormat.of(weight);
        if (format == null) {
            throw new AssertionError(weight.getClass() + " has no tiles");
        }
        return format;
    }

    /** What a weight's rows are stored in. */
    static MemorySegment quants(WeightMatrix stored) {
        return switch (stored) {
            case GgufWeights gguf -> gguf.data();
            case PackedInt4Weights packed -> packed.packed();
            default -> throw new AssertionError(stored.getClass() + " is not arranged");
        };
    }

    /** Where its scales are stored apart; nothing where they are not. */
    static MemorySegment scales(WeightMatrix stored) {
        return stored instanceof PackedInt4Weights packed ? packed.scales() : MemorySegment.NULL;
    }
}
