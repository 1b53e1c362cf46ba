package dev.perigee.engine.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.util.stream.Stream;

/**
 * One handle for each parameter list of kernels.h; the function's address is the first argument, so that one set of handles serves all
 * instruction sets. Where a pointer travels as a number, its caller holds the memory.
 *
 * @param query perigee_abi_version, perigee_isa_mask
 * @param reserve perigee_reserve
 * @param extent perigee_give_back, perigee_read_through
 * @param pin perigee_pin
 * @param arrangeTiles arrange_tiles
 * @param quantise quantise
 * @param multiplyTiles multiply_tiles
 * @param addTiles add_tiles
 * @param gateTiles gate_tiles
 * @param multiply multiply_f32, multiply_f16, multiply_bf16
 * @param rmsNorm rms_norm
 * @param swiGlu swi_glu
 * @param addScaled add_scaled
 * @param attend attend_f32, attend_bf16
 * @param attendSpans attend_spans_f32, attend_spans_bf16
 * @param joinSpans join_spans
 * @param expand expand_f32, expand_bf16
 * @param attendExpanded attend_expanded_f32, attend_expanded_bf16
 */
record NativeSignatures(
        MethodHandle query,
        MethodHandle reserve,
        MethodHandle extent,
        MethodHandle pin,
        MethodHandle arrangeTiles,
        MethodHandle quantise,
        MethodHandle multiplyTiles,
        MethodHandle addTiles,
        MethodHandle gateTiles,
        MethodHandle multiply,
        MethodHandle rmsNorm,
        MethodHandle swiGlu,
        MethodHandle addScaled,
        MethodHandle attend,
        MethodHandle attendSpans,
        MethodHandle joinSpans,
        MethodHandle expand,
        MethodHandle attendExpanded) {

    /** PERIGEE_ABI_VERSION that these parameter lists belong to. */
    static final int ABI_VERSION = 7;

    static NativeSignatures link() {
        return new NativeSignatures(
                handle(),
                Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG)),
                handle(JAVA_LONG, JAVA_LONG),
                handle(JAVA_INT),
                // format, stored, bytes, scales, bytes, columns, rows, first, end, tiles, bytes
                handle(
                        JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                        ADDRESS, JAVA_LONG),
                // x, stride, rows, tokens, columns, first, end, panels, bytes
                handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                // format, weight, bytes, panels, bytes, tokens, columns, rows, first, end, y, stride
                handle(
                        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                        JAVA_INT, JAVA_LONG, JAVA_LONG),
                // as before, targets, factors
                handle(
                        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                // format, gate, up, bytes, panels, bytes, tokens, columns, rows, first, end, raised, bytes
                handle(
                        JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                        JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
                // weight, bytes, x, stride, y, stride, tokens, columns, first, end
                handle(
                        ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                        JAVA_INT),
                // x, stride, weight, y, stride, columns, epsilon, first, end
                handle(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_FLOAT, JAVA_INT, JAVA_INT),
                // gate, stride, up, stride, tokens, columns
                handle(ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT),
                // addend, offset, target, offset, columns, factor
                handle(ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_FLOAT),
                attentionHandle(),
                spansHandle(),
                // parts, elements, spans, output, heads, value width, row, first, end
                handle(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                expandHandle(),
                // expanded, elements, query, stride, output, stride, width, value width, scale, tokens, first position,
                // first, end
                handle(
                        ADDRESS,
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_LONG,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_FLOAT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT));
    }

    /** The cache; query, output, heads, token width, value width, scale, first row, first position, first, end. */
    private static MethodHandle attentionHandle() {
        return cacheHandle(
                ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    }

    /** The cache; query, parts, elements, heads, token width, value width, scale, row, positions, first, end. */
    private static MethodHandle spansHandle() {
        return cacheHandle(
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
    }

    /** The cache; token width, value width, weights, rows, expanded, elements, first, end. */
    private static MethodHandle expandHandle() {
        return cacheHandle(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT);
    }

    /** cache, elements, page stride, layer offset, pages, count, page tokens, and what follows. */
    private static MethodHandle cacheHandle(MemoryLayout... parameters) {
        Stream<MemoryLayout> cache = Stream.of(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT);
        return handle(Stream.concat(cache, Stream.of(parameters)).toArray(MemoryLayout[]::new));
    }

    private static MethodHandle handle(MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, parameters));
    }
}
