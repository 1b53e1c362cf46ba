package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.quantization.Bf16Weights;
import dev.perigee.engine.quantization.F16Weights;
import dev.perigee.engine.quantization.F32Weights;
import dev.perigee.engine.quantization.RowFormat;
import dev.perigee.engine.quantization.WeightMatrix;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The files of a checkpoint without quantisation: every tensor of the source, decoded, under its own name. */
public final class PlainPlan {

    private static final String WEIGHT = ".weight";
    private static final String PACKED = ".weight_packed";
    private static final List<String> PARTS = List.of(".weight_scale", ".weight_shape", ".weight_scale_inv");
    private static final String CORRECTION_BIAS = "e_score_correction_bias";
    private static final String STORED_FREQUENCIES = "rotary_emb.inv_freq";
    private static final int WORD_ELEMENTS = 8;

    private final SafetensorsCheckpoint checkpoint;
    private final TensorBinder binder;

    private PlainPlan(SafetensorsCheckpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.binder = new TensorBinder(checkpoint);
    }

    /** The files, of about so many bytes each. */
    public static List<SafetensorsOutput> of(SafetensorsCheckpoint checkpoint, long shardBytes) {
        List<List<PlannedTensor>> shards = new ArrayList<>();
        long free = 0;
        for (PlannedTensor tensor : new PlainPlan(checkpoint).tensors()) {
            if (shards.isEmpty() || tensor.bytes() > free) {
                shards.add(new ArrayList<>());
                free = shardBytes;
            }
            shards.getLast().add(tensor);
            free -= tensor.bytes();
        }
        List<SafetensorsOutput> files = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            files.add(new SafetensorsOutput(SafetensorsOutput.shardName(i + 1, shards.size()), shards.get(i)));
        }
        return files;
    }

    private List<PlannedTensor> tensors() {
        List<PlannedTensor> planned = new ArrayList<>();
        for (Map.Entry<String, Tensor> entry : checkpoint.tensors().entrySet()) {
            String name = entry.getKey();
            if (PARTS.stream().noneMatch(name::endsWith) && !name.endsWith(STORED_FREQUENCIES)) {
                planned.add(planned(name, entry.getValue()));
            }
        }
        return planned;
    }

    private PlannedTensor planned(String name, Tensor tensor) {
        List<Long> extents = tensor.shape().extents();
        if (name.endsWith(PACKED)) {
            String module = name.substring(0, name.length() - PACKED.length());
            return decoded(module, List.of(extents.get(0), extents.get(1) * WORD_ELEMENTS));
        }
        if (tensor.type() == DataType.F8_E4M3 && name.endsWith(WEIGHT)) {
            return decoded(name.substring(0, name.length() - WEIGHT.length()), extents);
        }
        RowFormat format = name.endsWith(CORRECTION_BIAS) ? RowFormat.F32 : RowFormat.BF16;
        return PlannedTensor.of(name, format, extents, List.of(plain(name, tensor)));
    }

    private PlannedTensor decoded(String module, List<Long> extents) {
        int rows = Math.toIntExact(extents.get(0));
        int columns = Math.toIntExact(extents.get(1));
        return PlannedTensor.of(
                module + WEIGHT, RowFormat.BF16, extents, List.of(binder.matrix(module, rows, columns)));
    }

    /** A tensor of any dimensions as rows of its last one. */
    private WeightMatrix plain(String name, Tensor tensor) {
        int columns = Math.toIntExact(tensor.shape().extents().getLast());
        int rows = Math.toIntExact(tensor.shape().elements() / columns);
        return switch (tensor.type()) {
            case F32 -> new F32Weights(tensor.data(), rows, columns);
            case F16 -> new F16Weights(tensor.data(), rows, columns);
            case BF16 -> new Bf16Weights(tensor.data(), rows, columns);
            case F64, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8, BOOL ->
                throw new ModelLoadException(
                        checkpoint.locate(name),
                        "is " + tensor.type() + ", which has no bf16 form here",
                        "give a checkpoint of a Kimi or DeepSeek model");
        };
    }
}
