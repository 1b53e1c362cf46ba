package dev.perigee.engine.weights;

import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.progress.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a model as one GGUF file: the header, whose sizes are all known beforehand, then tensor after tensor. */
public final class GgufOutput {

    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;
    private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};

    private final GgufKeys keys;
    private final List<PlannedTensor> tensors;

    private GgufOutput(GgufKeys keys, List<PlannedTensor> tensors) {
        this.keys = keys;
        this.tensors = tensors;
    }

    /**
     * Plans the file.
     *
     * @param keys metadata; {@code general.alignment} is added
     */
    public static GgufOutput of(ModelConfig config, ModelWeights weights, GgufMix mix, GgufKeys keys) {
        return new GgufOutput(keys.integer("general.alignment", ALIGNMENT), GgufPlan.of(config, weights, mix));
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.stream().mapToLong(tensor -> padded(tensor.bytes())).sum();
    }

    /**
     * Writes the whole file.
     *
     * @return by tensor how many scales of native INT4 half precision does not hold; those were rounded
     */
    public Map<String, Long> writeTo(OutputStream out, Workers workers, Progress progress) throws IOException {
        writeHeader(out);
        Map<String, Long> misfits = new LinkedHashMap<>();
        long written = 0;
        for (PlannedTensor tensor : tensors) {
            long rounded = tensor.writeTo(out, workers);
            out.write(new byte[(int) (padded(tensor.bytes()) - tensor.bytes())]);
            if (rounded > 0) {
                misfits.put(tensor.name(), rounded);
            }
            written += padded(tensor.bytes());
            progress.reached(written, bytes(), tensor.name());
        }
        return misfits;
    }

    private void writeHeader(OutputStream out) throws IOException {
        List<byte[]> parts = new ArrayList<>();
        parts.add(MAGIC);
        parts.add(GgufKeys.little(Integer.BYTES + 2 * Long.BYTES)
                .putInt(VERSION)
                .putLong(tensors.size())
                .putLong(keys.count())
                .array());
        parts.add(keys.bytes());
        long offset = 0;
        for (PlannedTensor tensor : tensors) {
            parts.add(GgufKeys.text(tensor.name()));
            parts.add(described(tensor, offset));
            offset += padded(tensor.bytes());
        }
        long size = 0;
        for (byte[] part : parts) {
            out.write(part);
            size += part.length;
        }
        out.write(new byte[(int) (padded(size) - size)]);
    }

    private static byte[] described(PlannedTensor tensor, long offset) {
        List<Long> fastestFirst = tensor.extents().reversed();
        ByteBuffer bytes = GgufKeys.little(2 * Integer.BYTES + (fastestFirst.size() + 1) * Long.BYTES);
        bytes.putInt(fastestFirst.size());
        fastestFirst.forEach(bytes::putLong);
        return bytes.putInt(GgufType.valueOf(tensor.format().name()).number())
                .putLong(offset)
                .array();
    }

    private static long padded(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
