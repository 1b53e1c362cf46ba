package dev.perigee.engine.kernel;

import dev.perigee.engine.tensor.Bfloat16;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Latent attention of awkward sizes: two layers, pages in descending order, two rows in front that belong to somebody else. */
record AttentionCase(int heads, int tokenWidth, int valueWidth, int pageTokens, int firstPosition, int rows) {

    private int pages() {
        return Math.ceilDiv(firstPosition + rows, pageTokens);
    }

    /** Values that bfloat16 holds exactly. */
    static FloatMatrix rounded(Operands operands, Random random, int rows, int columns) {
        return operands.matrix(rows, columns, () -> Bfloat16.value(Bfloat16.bits((float) random.nextGaussian())));
    }

    /** Latents of float32. */
    LatentLayer layer(Operands operands, Random random) {
        long layerFloats = (long) pageTokens * tokenWidth;
        FloatMatrix cache = rounded(operands, random, pages() * 2, (int) layerFloats);
        return new LatentLayer(
                DataType.F32,
                cache.data(),
                2 * layerFloats,
                layerFloats,
                pageTokens,
                heads,
                new LatentLayer.Geometry(tokenWidth, valueWidth, 0.3f));
    }

    AttentionSpan span(Operands operands) {
        AttentionSpan span = new AttentionSpan(operands.bytes((long) pages() * Integer.BYTES));
        for (int i = 0; i < pages(); i++) {
            span.setPage(i, pages() - 1 - i);
        }
        span.select(2, rows, firstPosition);
        return span;
    }

    /** The same latents as these kernels keep those of a quantised model. */
    static LatentLayer asCached(LatentLayer layer, Kernels kernels, Operands operands) {
        if (kernels.latentType(true) == DataType.F32) {
            return layer;
        }
        long elements = layer.memory().byteSize() / Float.BYTES;
        MemorySegment memory = operands.bytes(elements * Short.BYTES);
        for (long i = 0; i < elements; i++) {
            memory.setAtIndex(
                    ValueLayout.JAVA_SHORT, i, Bfloat16.bits(layer.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i)));
        }
        return new LatentLayer(
                DataType.BF16,
                memory,
                layer.pageStride(),
                layer.layerOffset(),
                layer.pageTokens(),
                layer.heads(),
                layer.geometry());
    }
}
