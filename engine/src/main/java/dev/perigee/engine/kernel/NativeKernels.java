package dev.perigee.engine.kernel;

import static dev.perigee.engine.kernel.NativeLibrary.SIGNATURES;

import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.DeferredWeights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.Fp8Weights;
import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.TileFormat;
import dev.perigee.engine.quantization.TiledWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.MemorySource;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The C kernels of one instruction set, called through the foreign function interface. Inputs of weights that have tiles ({@link
 * TileFormat}) are rounded to 8 bits in groups of 32, whether memory sufficed to arrange them or not; elsewhere activations are float32,
 * as in {@link ScalarKernels}. Where attention has such weights the latent cache is bfloat16. Sums run in another order.
 *
 * <p>Source: {@code src/main/native/include/kernels.h} holds each kernel's contract.
 */
public final class NativeKernels extends PartitionedKernels {

    private static final int OK = 0;

    /** A thread takes at least this part of its share of the spans at once: it waits for memory wherever it begins anew. */
    private static final int SPAN_SHARES = 8;

    private final NativeLibrary library;
    private final CpuIsa isa;
    private final WeightArranger arranger;
    private final TiledProducts products;
    private final TiledExperts experts;
    private final MemorySegment multiplyF32;
    private final MemorySegment multiplyF16;
    private final MemorySegment multiplyBf16;
    private final MemorySegment rmsNorm;
    private final MemorySegment swiGlu;
    private final MemorySegment addScaled;
    private final AttentionKernels attention;
    private final ExpandedAttention expanded;
    private final PanelMemory partMemory = new PanelMemory();
    private final RowLoop spanRange = this::attendSpans;
    private final RowLoop joinRange = this::joinSpans;
    private long parts;
    private final ThreadLocal<RowTile> tiles = ThreadLocal.withInitial(RowTile::new);

    NativeKernels(NativeLibrary library, CpuIsa isa, int threads) {
        this(library, isa, threads, WeightMemory.available());
    }

    /** @param maxArrangedBytes weights beyond this are arranged anew whenever they are read, a few rows at a time */
    NativeKernels(NativeLibrary library, CpuIsa isa, int threads, long maxArrangedBytes) {
        super(threads, library::pin);
        this.library = library;
        TileArrangement arrangement = new TileArrangement(library, isa);
        TileKernels tileKernels = new TileKernels(library, isa, arrangement);
        this.arranger = new WeightArranger(library, arrangement, pool, maxArrangedBytes);
        this.products = new TiledProducts(tileKernels, pool);
        this.experts = new TiledExperts(tileKernels, pool);
        this.isa = isa;
        this.multiplyF32 = library.kernel(isa, "multiply_f32");
        this.multiplyF16 = library.kernel(isa, "multiply_f16");
        this.multiplyBf16 = library.kernel(isa, "multiply_bf16");
        this.rmsNorm = library.kernel(isa, "rms_norm");
        this.swiGlu = library.kernel(isa, "swi_glu");
        this.addScaled = library.kernel(isa, "add_scaled");
        this.attention = new AttentionKernels(library, isa);
        this.expanded = new ExpandedAttention(library, isa, pool);
    }

    @Override
    public String name() {
        return "native-" + isa.label();
    }

    /** Huge pages, where what is asked for fills one. */
    @Override
    public MemorySource memory() {
        return library::allocate;
    }

    @Override
    public WeightMatrix arrange(WeightMatrix stored) {
        return arranger.arrange(stored);
    }

    @Override
    public WeightMatrix arrangeLast(WeightMatrix stored) {
        return arranger.arrangeLast(stored);
    }

    @Override
    public long bytesPutOff() {
        return arranger.bytesPutOff();
    }

    @Override
    public void arrangeNext() {
        arranger.arrangeNext();
    }

    @Override
    public void multiply(WeightMatrix matrix, FloatMatrix x, FloatMatrix y, int count) {
        if (TileFormat.of(matrix) != null) {
            checkProduct(matrix, x, y, count);
            products.multiply(matrix, x, y, count);
        } else {
            super.multiply(matrix, x, y, count);
        }
    }

    @Override
    public void multiplyHeads(List<WeightMatrix> weights, List<FloatMatrix> x, List<FloatMatrix> y, int count) {
        if (!TiledProducts.run(weights)) {
            super.multiplyHeads(weights, x, y, count);
            return;
        }
        for (int head = 0; head < weights.size(); head++) {
            checkProduct(weights.get(head), x.get(head), y.get(head), count);
        }
        products.multiplyHeads(weights, x, y, count);
    }

    @Override
    void addExperts(ExpertBatch batch, FloatMatrix x, FloatMatrix y) {
        experts.add(batch, x, y);
        for (int expert = 0; expert < batch.size(); expert++) {
            if (!TiledExperts.runs(batch.weights(expert))) {
                addExpert(batch, expert, x, y);
            }
        }
    }

    @Override
    public DataType latentType(boolean quantised) {
        return quantised ? DataType.BF16 : DataType.F32;
    }

    @Override
    void prepare(WeightMatrix matrix) {
        // the C kernels read weights as they are stored
    }

    @Override
    void multiplyRange(int first, int end) {
        switch (weight) {
            case F32Weights plain -> multiplyPlain(multiplyF32, plain.data(), first, end);
            case F16Weights plain -> multiplyPlain(multiplyF16, plain.data(), first, end);
            case Bf16Weights plain -> multiplyPlain(multiplyBf16, plain.data(), first, end);
            case Fp8Weights stored -> multiplyDecoded(stored, first, end);
            case GgufWeights stored -> multiplyDecoded(stored, first, end);
            case PackedInt4Weights stored -> multiplyDecoded(stored, first, end);
            case TiledWeights stored -> multiplyDecoded(stored, first, end);
            case DeferredWeights stored -> multiplyDecoded(stored, first, end);
        }
    }

    /** No C kernel reads these formats: the reference decoder gives it float32 rows, a few at a time. */
    private void multiplyDecoded(WeightMatrix stored, int first, int end) {
        RowTile tile = tiles.get();
        for (int at = first; at < end; at += RowTile.ROWS) {
            int count = Math.min(RowTile.ROWS, end - at);
            MemorySegment decoded = tile.decode(stored, at, count);
            MemorySegment target = output.data().asSlice((long) at * Float.BYTES);
            multiplyRows(multiplyF32, decoded, target, 0, count);
        }
    }

    private void multiplyPlain(MemorySegment kernel, MemorySegment data, int first, int end) {
        multiplyRows(kernel, data, output.data(), first, end);
    }

    private void multiplyRows(MemorySegment kernel, MemorySegment data, MemorySegment target, int first, int end) {
        try {
            check((int) SIGNATURES
                    .multiply()
                    .invokeExact(
                            kernel,
                            data,
                            data.byteSize(),
                            input.data(),
                            (long) input.stride(),
                            target,
                            (long) output.stride(),
                            rows,
                            weight.columns(),
                            first,
                            end));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    int headGroup() {
        return AttentionKernels.HEAD_GROUP;
    }

    @Override
    void attendRange(int first, int end) {
        attention.attend(first, end);
    }

    /** One token's positions are shared out, those of several tokens are not: there is enough to do. */
    @Override
    void shareAttention() {
        attention.select(latents, span, input, output);
        int spans = attention.spans();
        if (span.rows() > 1 || spans == 1 || pool.threads() == 1) {
            super.shareAttention();
            return;
        }
        parts = partMemory.take(attention.partBytes());
        int all = attention.groups() * spans;
        pool.run(spanRange, all, Math.ceilDiv(all, SPAN_SHARES * pool.threads()), all);
        pool.run(joinRange, latents.heads(), Math.ceilDiv(latents.heads(), pool.threads()));
    }

    @Override
    void attendHeads(LatentHeads heads) {
        expanded.attend(latents, span, heads, input, output);
    }

    private void attendSpans(int first, int end) {
        attention.attendSpans(parts, first, end);
    }

    private void joinSpans(int first, int end) {
        attention.join(parts, first, end);
    }

    @Override
    void normRange(int first, int end) {
        try {
            check((int) SIGNATURES
                    .rmsNorm()
                    .invokeExact(
                            rmsNorm,
                            input.data(),
                            (long) input.stride(),
                            norm.data(),
                            output.data(),
                            (long) output.stride(),
                            norm.columns(),
                            epsilon,
                            first,
                            end));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    public void swiGlu(FloatMatrix gate, FloatMatrix up, int count) {
        requireRows(gate, count);
        requireRows(up, count);
        requireColumns("up", up, gate.columns());
        try {
            check((int) SIGNATURES
                    .swiGlu()
                    .invokeExact(
                            swiGlu,
                            gate.data(),
                            (long) gate.stride(),
                            up.data(),
                            (long) up.stride(),
                            count,
                            gate.columns()));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    public void addScaled(FloatMatrix addend, int addendRow, float factor, FloatMatrix target, int targetRow) {
        requireRows(addend, addendRow + 1);
        requireRows(target, targetRow + 1);
        requireColumns("addend", addend, target.columns());
        try {
            check((int) SIGNATURES
                    .addScaled()
                    .invokeExact(
                            addScaled,
                            addend.data(),
                            addend.index(addendRow, 0),
                            target.data(),
                            target.index(targetRow, 0),
                            target.columns(),
                            factor));
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static void check(int status) {
        if (status != OK) {
            throw new AssertionError("a kernel refused its extents, status " + status);
        }
    }

    static RuntimeException broken(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a native call failed", cause);
    }

    @Override
    public void close() {
        super.close();
        arranger.close();
    }
}
