package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.GgufFormat;
import dev.perigee.engine.quantization.GgufWeights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes single tensors out of a GGUF checkpoint, whatever their format, and checks type and shape. */
final class GgufTensors {

    private static final String WEIGHT = ".weight";
    private static final long ALIGNMENT = 64;

    private final GgufCheckpoint checkpoint;

    GgufTensors(GgufCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** What a dimension must be, and the keys that say so. */
    record Extent(int size, String key) {

        Extent times(Extent other) {
            return new Extent(Math.multiplyExact(size, other.size), key + ", " + other.key);
        }

        Extent plus(Extent other) {
            return new Extent(Math.addExact(size, other.size), key + ", " + other.key);
        }
    }

    boolean has(String module) {
        return checkpoint.find(module + WEIGHT) != null;
    }

    /** A matrix (rows, columns). */
    WeightMatrix matrix(String module, Extent rows, Extent columns) {
        String name = module + WEIGHT;
        return weights(name, tensor(name, rows, columns), rows.size(), columns.size());
    }

    /** Several matrices (count, rows, columns) as one whose rows follow each other. */
    WeightMatrix stacked(String module, Extent count, Extent rows, Extent columns) {
        String name = module + WEIGHT;
        return weights(
                name, tensor(name, count, rows, columns), count.times(rows).size(), columns.size());
    }

    /** A norm's weight as float32 (1, width). */
    FloatMatrix norm(String module, Extent width) {
        float[] values = vector(module + WEIGHT, width);
        MemorySegment target = checkpoint.arena().allocate((long) width.size() * Float.BYTES, ALIGNMENT);
        MemorySegment.copy(values, 0, target, ValueLayout.JAVA_FLOAT, 0, width.size());
        return new FloatMatrix(target, 1, width.size());
    }

    /** A vector as float32. */
    float[] vector(String name, Extent width) {
        float[] values = new float[width.size()];
        weights(name, tensor(name, width), 1, width.size()).decodeRow(0, values);
        return values;
    }

    private WeightMatrix weights(String name, GgufFile.Stored stored, int rows, int columns) {
        @Nullable GgufFormat format = stored.type().format();
        if (format != null) {
            return new GgufWeights(format, stored.data(), rows, columns);
        }
        if (stored.type() == GgufType.F32) {
            return new F32Weights(stored.data(), rows, columns);
        }
        if (stored.type() == GgufType.F16) {
            return new F16Weights(stored.data(), rows, columns);
        }
        if (stored.type() == GgufType.BF16) {
            return new Bf16Weights(stored.data(), rows, columns);
        }
        throw refused(name, "is " + stored.type() + ", which is no type of a weight");
    }

    private GgufFile.Stored tensor(String name, Extent... extents) {
        GgufFile.@Nullable Stored stored = checkpoint.find(name);
        if (stored == null) {
            throw refused(name, "is missing");
        }
        List<Long> sizes =
                Arrays.stream(extents).map(extent -> (long) extent.size()).toList();
        if (!stored.shape().extents().equals(sizes)) {
            String keys = Arrays.stream(extents)
                    .map(extent -> extent.size() + " by " + extent.key())
                    .collect(Collectors.joining("; "));
            throw refused(
                    name,
                    "has shape " + stored.shape() + ", wanted is " + new Shape(sizes) + ", slowest dimension first ("
                            + keys + ")");
        }
        return stored;
    }

    /** The refusal of a tensor. */
    ModelLoadException refused(String name, String problem) {
        return new ModelLoadException(
                checkpoint.locate(name), problem, "give a GGUF file whose metadata and tensors belong together");
    }
}
