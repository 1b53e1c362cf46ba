package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.Fp8Weights;
import dev.perigee.engine.quantization.PackedInt4Weights;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.FloatMatrix;
import dev.perigee.engine.tensor.Shape;
import dev.perigee.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes single tensors out of a checkpoint, in whatever format they are there, and checks type and shape. */
final class TensorBinder {

    private static final String WEIGHT = ".weight";
    private static final String PACKED = ".weight_packed";
    private static final String SCALE = ".weight_scale";
    private static final String SCALE_INV = ".weight_scale_inv";
    private static final String SHAPE = ".weight_shape";
    private static final int WORD_ELEMENTS = 8;
    private static final long ALIGNMENT = 64;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final SafetensorsCheckpoint checkpoint;

    TensorBinder(SafetensorsCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** A module's matrix: plain, FP8 or packed, decided by which tensors exist. */
    WeightMatrix matrix(String module, int rows, int columns) {
        if (checkpoint.find(module + PACKED) != null) {
            return packed(module, rows, columns);
        }
        if (checkpoint.find(module + SCALE_INV) != null) {
            return fp8(module, rows, columns);
        }
        return plain(module + WEIGHT, tensor(module + WEIGHT, Shape.of(rows, columns)), rows, columns);
    }

    private WeightMatrix plain(String name, Tensor tensor, int rows, int columns) {
        return switch (tensor.type()) {
            case F32 -> new F32Weights(tensor.data(), rows, columns);
            case F16 -> new F16Weights(tensor.data(), rows, columns);
            case BF16 -> new Bf16Weights(tensor.data(), rows, columns);
            case F64, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
                throw refused(
                        name,
                        "is " + tensor.type()
                                + ", wanted is BF16, F16, F32, F8_E4M3 with its weight_scale_inv, or packed INT4");
        };
    }

    private Fp8Weights fp8(String module, int rows, int columns) {
        Tensor values = tensor(module + WEIGHT, Shape.of(rows, columns));
        Tensor scales = tensor(module + SCALE_INV, Shape.of(Fp8Weights.tiles(rows), Fp8Weights.tiles(columns)));
        requireType(module + WEIGHT, values, DataType.F8_E4M3);
        requireType(module + SCALE_INV, scales, DataType.F32);
        return new Fp8Weights(values.data(), scales.data(), rows, columns, 0);
    }

    private PackedInt4Weights packed(String module, int rows, int columns) {
        if (columns % PackedInt4Weights.GROUP != 0) {
            throw refused(module + PACKED, "has " + columns + " columns, packed INT4 needs a multiple of 32");
        }
        requireDeclaredShape(module + SHAPE, rows, columns);
        Tensor words = tensor(module + PACKED, Shape.of(rows, columns / WORD_ELEMENTS));
        Tensor scales = tensor(module + SCALE, Shape.of(rows, columns / PackedInt4Weights.GROUP));
        requireType(module + PACKED, words, DataType.I32);
        requireType(module + SCALE, scales, DataType.BF16);
        return new PackedInt4Weights(words.data(), scales.data(), rows, columns);
    }

    private void requireDeclaredShape(String name, int rows, int columns) {
        Tensor declared = tensor(name, Shape.of(2));
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            found.add(
                    switch (declared.type()) {
                        case I32 -> (long) declared.data().getAtIndex(INT, i);
                        case I64 -> declared.data().getAtIndex(LONG, i);
                        case F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I16, I8, U64, U32, U16, U8, BOOL ->
                            throw refused(name, "is " + declared.type() + ", wanted is I32 or I64");
                    });
        }
        if (!found.equals(List.of((long) rows, (long) columns))) {
            throw refused(name, "says " + found + ", the configuration asks for [" + rows + ", " + columns + "]");
        }
    }

    /** A norm's weight as float32 (1, width). */
    FloatMatrix norm(String module, int width) {
        float[] values = vector(module + WEIGHT, width);
        MemorySegment target = checkpoint.arena().allocate((long) width * Float.BYTES, ALIGNMENT);
        MemorySegment.copy(values, 0, target, ValueLayout.JAVA_FLOAT, 0, width);
        return new FloatMatrix(target, 1, width);
    }

    /** A vector as float32. */
    float[] vector(String name, int width) {
        WeightMatrix row = plain(name, tensor(name, Shape.of(width)), 1, width);
        float[] values = new float[width];
        row.decodeRow(0, values);
        return values;
    }

    private Tensor tensor(String name, Shape shape) {
        @Nullable Tensor tensor = checkpoint.find(name);
        if (tensor == null) {
            throw refused(name, "is missing");
        }
        if (!tensor.shape().equals(shape)) {
            throw refused(name, "has shape " + tensor.shape() + ", the configuration asks for " + shape);
        }
        return tensor;
    }

    private void requireType(String name, Tensor tensor, DataType wanted) {
        if (tensor.type() != wanted) {
            throw refused(name, "is " + tensor.type() + ", wanted is " + wanted);
        }
    }

    private ModelLoadException refused(String name, String problem) {
        return new ModelLoadException(
                checkpoint.locate(name), problem, "give a checkpoint whose config.json and weights belong together");
    }
}
