package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The C kernels of absorbed latent attention, of one instruction set. A token's positions can be computed span by span, by several threads, and
 * joined: the bits are the same.
 *
 * <p>Threads: any.
 */
final class AttentionKernels {

    /** Heads that are taken together: PERIGEE_HEAD_GROUP. */
    static final int HEAD_GROUP = 16;

    private static final int SPAN = 128; // PERIGEE_ATTENTION_SPAN
    private static final int WIDTH_STEP = 32;

    private final MemorySegment attendF32;
    private final MemorySegment attendBf16;
    private final MemorySegment spansF32;
    private final MemorySegment spansBf16;
    private final MemorySegment join;

    AttentionKernels(NativeLibrary library, CpuIsa isa) {
        this.attendF32 = library.kernel(isa, "attend_f32");
        this.attendBf16 = library.kernel(isa, "attend_bf16");
        this.spansF32 = library.kernel(isa, "attend_spans_f32");
        this.spansBf16 = library.kernel(isa, "attend_spans_bf16");
        this.join = library.kernel(isa, "join_spans");
    }

    /** Spans that so many positions make. */
    static int spans(int positions) {
        return Math.ceilDiv(positions, SPAN);
    }

    /** Bytes of so many spans of a group of heads. */
    static long partBytes(LatentLayer.Geometry geometry, int parts) {
        return parts * partFloats(geometry) * Float.BYTES;
    }

    private static long partFloats(LatentLayer.Geometry geometry) {
        return HEAD_GROUP * (2L + Math.ceilDiv(geometry.valueWidth(), WIDTH_STEP) * WIDTH_STEP);
    }

    /** Groups of heads {@code first} to {@code end}, counted over the tokens of the span. */
    void attend(LatentLayer latents, AttentionSpan span, FloatMatrix query, FloatMatrix output, int first, int end) {
        LatentLayer.Geometry geometry = latents.geometry();
        MemorySegment kernel = latents.type() == DataType.BF16 ? attendBf16 : attendF32;
        try {
            NativeKernels.check((int) SIGNATURES
                    .attend()
                    .invokeExact(
                            kernel,
                            latents.memory(),
                            elements(latents),
                            latents.pageStride(),
                            latents.layerOffset(),
                            span.pageIndices(),
                            pages(span),
                            latents.pageTokens(),
                            query.data(),
                            output.data(),
                            latents.heads(),
                            geometry.tokenWidth(),
                            geometry.valueWidth(),
                            geometry.scale(),
                            span.firstRow(),
                            span.firstPosition(),
                            first,
                            end));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** Spans {@code first} to {@code end} of the first token, counted over its groups of heads, into {@code parts}. */
    void attendSpans(LatentLayer latents, AttentionSpan span, FloatMatrix query, long parts, int first, int end) {
        LatentLayer.Geometry geometry = latents.geometry();
        MemorySegment kernel = latents.type() == DataType.BF16 ? spansBf16 : spansF32;
        try {
            NativeKernels.check((int) SIGNATURES
                    .attendSpans()
                    .invokeExact(
                            kernel,
                            latents.memory(),
                            elements(latents),
                            latents.pageStride(),
                            latents.layerOffset(),
                            span.pageIndices(),
                            pages(span),
                            latents.pageTokens(),
                            query.data(),
                            parts,
                            partElements(latents, span),
                            latents.heads(),
                            geometry.tokenWidth(),
                            geometry.valueWidth(),
                            geometry.scale(),
                            span.firstRow(),
                            span.firstPosition() + 1,
                            first,
                            end));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** The first token's groups of heads {@code first} to {@code end} of its {@code parts}. */
    void join(LatentLayer latents, AttentionSpan span, long parts, FloatMatrix output, int first, int end) {
        try {
            NativeKernels.check((int) SIGNATURES
                    .joinSpans()
                    .invokeExact(
                            join,
                            parts,
                            partElements(latents, span),
                            spans(span.firstPosition() + 1),
                            output.data(),
                            latents.heads(),
                            latents.geometry().valueWidth(),
                            span.firstRow(),
                            first,
                            end));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    private static long elements(LatentLayer latents) {
        return latents.memory().byteSize() / latents.type().bytes();
    }

    private static int pages(AttentionSpan span) {
        return (int) (span.pageIndices().byteSize() / Integer.BYTES);
    }

    private static long partElements(LatentLayer latents, AttentionSpan span) {
        int groups = Math.ceilDiv(latents.heads(), HEAD_GROUP);
        return groups * spans(span.firstPosition() + 1) * partFloats(latents.geometry());
    }
}
