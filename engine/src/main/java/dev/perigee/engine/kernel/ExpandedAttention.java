package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;

/**
 * The C kernels of expanded latent attention, of one instruction set: head after head, values and keys are made of all latents of the sequence, and
 * all its tokens attend to them. Each is shared out over the threads.
 *
 * <p>The operands of the running call stand in fields. Threads: one caller at a time.
 */
final class ExpandedAttention {

    /** Positions, and tokens, that a kernel takes together. */
    private static final int BLOCK = AttentionKernels.HEAD_GROUP;

    /** Blocks of positions that one call expands at least, for each call lays the weights out anew. */
    private static final int LEAST_BLOCKS = 16;

    private final MemorySegment expandF32;
    private final MemorySegment expandBf16;
    private final MemorySegment attendF32;
    private final MemorySegment attendBf16;
    private final WorkerPool pool;
    private final PanelMemory weightMemory = new PanelMemory();
    private final PanelMemory expandedMemory = new PanelMemory();
    private final ThreadLocal<ScalarBuffers> buffers = ThreadLocal.withInitial(ScalarBuffers::new);
    private final Kernels.RowLoop decodeRange = this::decode;
    private final Kernels.RowLoop expandRange = this::expandBlocks;
    private final Kernels.RowLoop attendRange = this::attendBlocks;
    private LatentLayer latents = LatentLayer.NONE;
    private AttentionSpan span = new AttentionSpan(MemorySegment.NULL);
    private FloatMatrix query = new FloatMatrix(MemorySegment.NULL, 0, 0);
    private FloatMatrix output = query;
    private FloatMatrix weights = query;
    private MemorySegment expanded = MemorySegment.NULL;
    private LatentHeads heads = LatentHeads.NONE;
    private int head;

    ExpandedAttention(NativeLibrary library, CpuIsa isa, WorkerPool pool) {
        this.pool = pool;
        this.expandF32 = library.kernel(isa, "expand_f32");
        this.expandBf16 = library.kernel(isa, "expand_bf16");
        this.attendF32 = library.kernel(isa, "attend_expanded_f32");
        this.attendBf16 = library.kernel(isa, "attend_expanded_bf16");
    }

    /** As {@link Kernels#attendExpanded}, of operands that fit each other. */
    void attend(LatentLayer layer, AttentionSpan tokens, LatentHeads made, FloatMatrix from, FloatMatrix to) {
        latents = layer;
        span = tokens;
        heads = made;
        query = from;
        output = to;
        int rows = heads.valueWidth() + heads.keyWidth();
        weights = new FloatMatrix(
                weightMemory.segment((long) rows * heads.latentWidth() * Float.BYTES), rows, heads.latentWidth());
        long bytes = (long) positions() * heads.width(layer) * layer.type().bytes();
        expanded = expandedMemory.segment(2 * Long.highestOneBit(bytes - 1)); // a prompt grows from step to step
        int blocks = Math.ceilDiv(positions(), BLOCK);
        for (head = 0; head < layer.heads(); head++) {
            pool.run(decodeRange, heads.storedRows(), Math.ceilDiv(heads.storedRows(), pool.threads()));
            pool.run(expandRange, blocks, Math.min(blocks, LEAST_BLOCKS), blocks);
            pool.run(attendRange, Math.ceilDiv(span.rows(), BLOCK), 1);
        }
    }

    private int positions() {
        return span.firstPosition() + span.rows();
    }

    private void decode(int first, int end) {
        int longest = Math.max(heads.latentWidth(), heads.keyWidth());
        heads.decode(head, first, end, buffers.get().row(longest), weights);
    }

    private void expandBlocks(int first, int end) {
        MemorySegment kernel = latents.type() == DataType.BF16 ? expandBf16 : expandF32;
        try {
            NativeKernels.check((int) SIGNATURES
                    .expand()
                    .invokeExact(
                            kernel,
                            latents.memory(),
                            latents.elements(),
                            latents.pageStride(),
                            latents.layerOffset(),
                            span.pageIndices(),
                            span.pages(),
                            latents.pageTokens(),
                            latents.geometry().tokenWidth(),
                            latents.geometry().valueWidth(),
                            weights.data(),
                            weights.rows(),
                            expanded,
                            elements(),
                            first * BLOCK,
                            Math.min(positions(), end * BLOCK)));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    private void attendBlocks(int first, int end) {
        MemorySegment kernel = latents.type() == DataType.BF16 ? attendBf16 : attendF32;
        int row = span.firstRow();
        try {
            NativeKernels.check((int) SIGNATURES
                    .attendExpanded()
                    .invokeExact(
                            kernel,
                            expanded,
                            elements(),
                            window(query, row),
                            (long) query.stride(),
                            window(output, row),
                            (long) output.stride(),
                            heads.width(latents),
                            heads.valueWidth(),
                            latents.geometry().scale(),
                            span.rows(),
                            span.firstPosition(),
                            first,
                            end));
        } catch (Throwable e) {
            throw NativeKernels.broken(e);
        }
    }

    /** Address of the head's share of this row. */
    private long window(FloatMatrix matrix, int row) {
        int column = matrix.columns() / latents.heads() * head;
        return matrix.data().address() + matrix.index(row, column) * Float.BYTES;
    }

    private long elements() {
        return expanded.byteSize() / latents.type().bytes();
    }
}
