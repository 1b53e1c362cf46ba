package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The C kernels over interleaved weights and rounded inputs, of one instruction set.
 *
 * <p>Pointers travel as numbers: whoever calls holds the memory, and an arena that asks of every argument of every call whether it is
 * still open would be asked by all threads at once.
 *
 * <p>Threads: any.
 */
final class TileKernels {

    private final MemorySegment quantise;
    private final MemorySegment multiply;
    private final MemorySegment add;
    private final MemorySegment gate;
    private final TileSource tiles;
    private final TileSource secondTiles;

    TileKernels(NativeLibrary library, CpuIsa isa, TileArrangement arrangement) {
        this.quantise = library.kernel(isa, "quantise");
        this.multiply = library.kernel(isa, "multiply_tiles");
        this.add = library.kernel(isa, "add_tiles");
        this.gate = library.kernel(isa, "gate_tiles");
        this.tiles = new TileSource(arrangement);
        this.secondTiles = new TileSource(arrangement);
    }

    /** Rounds rows of x into panels {@code first} to {@code end}. */
    void quantise(FloatMatrix x, Panels panels, int first, int end) {
        try {
            NativeKernels.check((int) SIGNATURES
                    .quantise()
                    .invokeExact(
                            quantise,
                            x.data().address(),
                            (long) x.stride(),
                            panels.rows(),
                            panels.tokens(),
                            panels.columns(),
                            first,
                            end,
                            panels.address(),
                            panels.bytes()));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** The rows of y that tiles {@code first} to {@code end} give. */
    void multiply(WeightMatrix weight, Panels x, FloatMatrix y, int first, int end) {
        try {
            NativeKernels.check((int) SIGNATURES
                    .multiplyTiles()
                    .invokeExact(
                            multiply,
                            TileArrangement.format(weight).ordinal(),
                            tiles.address(weight, first, end),
                            bytes(weight),
                            x.address(),
                            x.bytes(),
                            x.tokens(),
                            weight.columns(),
                            weight.rows(),
                            first,
                            end,
                            y.data().address(),
                            (long) y.stride()));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** Adds them, multiplied by the factors of x, to the rows that x names. */
    void add(WeightMatrix weight, Panels x, FloatMatrix y, int first, int end) {
        try {
            NativeKernels.check((int) SIGNATURES
                    .addTiles()
                    .invokeExact(
                            add,
                            TileArrangement.format(weight).ordinal(),
                            tiles.address(weight, first, end),
                            bytes(weight),
                            x.address(),
                            x.bytes(),
                            x.tokens(),
                            weight.columns(),
                            weight.rows(),
                            first,
                            end,
                            y.data().address(),
                            (long) y.stride(),
                            x.rows(),
                            x.factors()));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** silu(gate · x) · (up · x) for pairs of tiles {@code first} to {@code end}, rounded. */
    void gate(SwiGluWeights weights, Panels x, Panels raised, int first, int end) {
        WeightMatrix gated = weights.gate();
        try {
            NativeKernels.check((int) SIGNATURES
                    .gateTiles()
                    .invokeExact(
                            gate,
                            TileArrangement.format(gated).ordinal(),
                            tiles.address(gated, 2 * first, 2 * end),
                            secondTiles.address(weights.up(), 2 * first, 2 * end),
                            bytes(gated),
                            x.address(),
                            x.bytes(),
                            x.tokens(),
                            gated.columns(),
                            gated.rows(),
                            2 * first,
                            2 * end,
                            raised.address(),
                            raised.bytes()));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    private static long bytes(WeightMatrix weight) {
        return TileFormat.tiles(weight.rows()) * TileArrangement.format(weight).tileBytes(weight.columns());
    }
}
