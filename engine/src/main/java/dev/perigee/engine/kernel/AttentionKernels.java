package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The C kernels of absorbed latent attention, of one instruction set. A token's positions can be computed span by span, by several threads, and
 * joined: the bits are the same.
 *
 * <p>The operands of the running call stand in fields, so that no call allocates. Threads: one selects them, any compute then.
 */
final class AttentionKernels {

    /** Heads that are taken together: PERIGEE_HEAD_GROUP. */
    static final int HEAD_GROUP = 16;

    private static final int SPAN = 256; // PERIGEE_ATTENTION_SPAN
    private static final int WIDTH_STEP = 32;

    private final MemorySegment attendF32;
    private final MemorySegment attendBf16;
    private final MemorySegment spansF32;
    private final MemorySegment spansBf16;
    private final MemorySegment join;
    private LatentLayer latents = LatentLayer.NONE;
    private AttentionSpan span = new AttentionSpan(MemorySegment.NULL);
    private FloatMatrix query = new FloatMatrix(MemorySegment.NULL, 0, 0);
    private FloatMatrix output = query;

    AttentionKernels(NativeLibrary library, CpuIsa isa) {
        this.attendF32 = library.kernel(isa, "attend_f32");
        this.attendBf16 = library.kernel(isa, "attend_bf16");
        this.spansF32 = library.kernel(isa, "attend_spans_f32");
        this.spansBf16 = library.kernel(isa, "attend_spans_bf16");
        this.join = library.kernel(isa, "join_spans");
    }

    /** What the next calls compute. */
    void select(LatentLayer layer, AttentionSpan tokens, FloatMatrix from, FloatMatrix to) {
        latents = layer;
        span = tokens;
        query = from;
        output = to;
    }

    /** Spans of the positions that the first token sees. */
    int spans() {
        return Math.ceilDiv(span.firstPosition() + 1, SPAN);
    }

    /** Groups of heads. */
    int groups() {
        return Math.ceilDiv(latents.heads(), HEAD_GROUP);
    }

    /** Bytes of all spans of all groups of the first token. */
    long partBytes() {
        return partElements() * Float.BYTES;
    }

    private long partElements() {
        int width = Math.ceilDiv(latents.geometry().valueWidth(), WIDTH_STEP) * WIDTH_STEP;
        return (long) groups() * spans() * HEAD_GROUP * (2L + width);
    }

    /** Groups of heads {@code first} to {@code end}, counted over the tokens of the span. */
    void attend(int first, int end) {
        LatentLayer.Geometry geometry = latents.geometry();
        MemorySegment kernel = latents.type() == DataType.BF16 ? attendBf16 : attendF32;
        try {
            NativeKernels.check((int) SIGNATURES
                    .attend()
                    .invokeExact(
                            kernel,
                            latents.memory(),
                            latents.elements(),
                            latents.pageStride(),
                            latents.layerOffset(),
                            span.pageIndices(),
                            span.pages(),
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
    void attendSpans(long parts, int first, int end) {
        LatentLayer.Geometry geometry = latents.geometry();
        MemorySegment kernel = latents.type() == DataType.BF16 ? spansBf16 : spansF32;
        try {
            NativeKernels.check((int) SIGNATURES
                    .attendSpans()
                    .invokeExact(
                            kernel,
                            latents.memory(),
                            latents.elements(),
                            latents.pageStride(),
                            latents.layerOffset(),
                            span.pageIndices(),
                            span.pages(),
                            latents.pageTokens(),
                            query.data(),
                            parts,
                            partElements(),
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

    /** The first token's heads {@code first} to {@code end} from the {@code parts} of its spans. */
    void join(long parts, int first, int end) {
        try {
            NativeKernels.check((int) SIGNATURES
                    .joinSpans()
                    .invokeExact(
                            join,
                            parts,
                            partElements(),
                            spans(),
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
}
