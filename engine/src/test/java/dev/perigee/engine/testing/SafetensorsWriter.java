package dev.perigee.engine.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Writes small safetensors files for tests. */
public final class SafetensorsWriter {

    private record Stored(String dtype, long[] shape, byte[] bytes) {}

    private final Map<String, Stored> tensors = new LinkedHashMap<>();

    /** Adds a float32 tensor. */
    public SafetensorsWriter f32(String name, float[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return raw(name, "F32", bytes.array(), shape);
    }

    /** Adds a bfloat16 tensor; values are cut to bfloat16, not rounded. */
    public SafetensorsWriter bf16(String name, float[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length * Short.BYTES);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        return raw(name, "BF16", bytes.array(), shape);
    }

    /** Adds an IEEE half tensor. */
    public SafetensorsWriter f16(String name, float[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length * Short.BYTES);
        for (float value : values) {
            bytes.putShort(Float.floatToFloat16(value));
        }
        return raw(name, "F16", bytes.array(), shape);
    }

    /** Adds an int32 tensor. */
    public SafetensorsWriter i32(String name, int[] values, long... shape) {
        ByteBuffer bytes = buffer(values.length * Integer.BYTES);
        for (int value : values) {
            bytes.putInt(value);
        }
        return raw(name, "I32", bytes.array(), shape);
    }

    /** Adds any bytes under any type name. */
    public SafetensorsWriter raw(String name, String dtype, byte[] bytes, long... shape) {
        tensors.put(name, new Stored(dtype, shape, bytes));
        return this;
    }

    /** Takes a tensor out again. */
    public SafetensorsWriter without(String name) {
        tensors.remove(name);
        return this;
    }

    /** The names, in the order they were added. */
    public Iterable<String> names() {
        return tensors.keySet();
    }

    /** Writes all tensors into one file. */
    public void writeTo(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] header = header().getBytes(StandardCharsets.UTF_8);
            out.write(buffer(Long.BYTES).putLong(header.length).array());
            out.write(header);
            for (Stored tensor : tensors.values()) {
                out.write(tensor.bytes());
            }
        }
    }

    private String header() {
        StringBuilder text = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long at = 0;
        for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
            Stored tensor = entry.getValue();
            String shape =
                    LongStream.of(tensor.shape()).mapToObj(String::valueOf).collect(Collectors.joining(","));
            text.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
                    .formatted(entry.getKey(), tensor.dtype(), shape, at, at + tensor.bytes().length));
            at += tensor.bytes().length;
        }
        text.append("}");
        char[] padding = new char[(8 - text.length() % 8) % 8];
        Arrays.fill(padding, ' ');
        return text.append(padding).toString();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
