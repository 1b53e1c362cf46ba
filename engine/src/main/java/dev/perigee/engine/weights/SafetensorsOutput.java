package dev.perigee.engine.weights;

import dev.perigee.engine.progress.Progress;
import dev.perigee.engine.quantization.RowFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes one file of a plain safetensors checkpoint: bf16, and float32 where the model keeps a vector in it. */
public final class SafetensorsOutput {

    private static final int ALIGNMENT = 8;

    private final String fileName;
    private final List<PlannedTensor> tensors;

    SafetensorsOutput(String fileName, List<PlannedTensor> tensors) {
        this.fileName = fileName;
        this.tensors = List.copyOf(tensors);
    }

    /** What the file is called. */
    public String fileName() {
        return fileName;
    }

    /** Names of its tensors. */
    public List<String> tensorNames() {
        return tensors.stream().map(PlannedTensor::name).toList();
    }

    /** Bytes of its tensors. */
    public long bytes() {
        return tensors.stream().mapToLong(PlannedTensor::bytes).sum();
    }

    /** Writes the whole file. */
    public void writeTo(OutputStream out, Workers workers, Progress progress) throws IOException {
        byte[] header = header().getBytes(StandardCharsets.UTF_8);
        out.write(GgufKeys.little(Long.BYTES).putLong(header.length).array());
        out.write(header);
        long written = 0;
        for (PlannedTensor tensor : tensors) {
            tensor.writeTo(out, workers);
            written += tensor.bytes();
            progress.reached(written, bytes(), tensor.name());
        }
    }

    private String header() {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.putObject("__metadata__").put("format", "pt");
        long at = 0;
        for (PlannedTensor tensor : tensors) {
            ObjectNode entry = header.putObject(tensor.name());
            entry.put("dtype", tensor.format() == RowFormat.F32 ? "F32" : "BF16");
            tensor.extents().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(at).add(at + tensor.bytes());
            at += tensor.bytes();
        }
        String text = header.toString();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return text + " ".repeat((ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT);
    }

    /** The published name of file {@code number} of so many, counted from 1. */
    static String shardName(int number, int count) {
        return count == 1
                ? SafetensorsCheckpoint.SINGLE_FILE
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", number, count);
    }
}
