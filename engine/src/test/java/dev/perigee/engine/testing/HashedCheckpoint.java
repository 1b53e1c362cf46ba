package dev.perigee.engine.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * A checkpoint whose every tensor is a function of its name, so that a script in another language can make the same one.
 *
 * <p>Source: {@code src/test/golden/transformers/golden.py}, which says the same in Python.
 */
public final class HashedCheckpoint {

    private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

    private final JsonNode golden;

    /** @param golden the object with the keys config, tensors and shrink */
    public HashedCheckpoint(JsonNode golden) {
        this.golden = golden;
    }

    /** Writes config.json and model.safetensors into the folder. */
    public Path writeTo(Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), golden.get("config").toString());
        SafetensorsWriter writer = new SafetensorsWriter();
        for (JsonNode tensor : golden.get("tensors")) {
            add(writer, tensor);
        }
        writer.writeTo(folder.resolve("model.safetensors"));
        return folder;
    }

    private void add(SafetensorsWriter writer, JsonNode tensor) {
        String name = tensor.get(0).stringValue();
        long[] shape =
                tensor.get(2).valueStream().mapToLong(JsonNode::longValue).toArray();
        int count = 1;
        for (long extent : shape) {
            count *= (int) extent;
        }
        switch (tensor.get(1).stringValue()) {
            case "F32" -> writer.f32(name, values(name, count, shape), shape);
            case "F16" -> writer.f16(name, values(name, count, shape), shape);
            case "BF16" -> writer.bf16(name, values(name, count, shape), shape);
            case "F8_E4M3" -> writer.raw(name, "F8_E4M3", fp8(name, count), shape);
            case "I32" -> writer.i32(name, tensor.has(3) ? declared(tensor.get(3)) : words(name, count), shape);
            default -> throw new IllegalArgumentException("no rule for " + tensor);
        }
    }

    private static int[] declared(JsonNode shape) {
        return shape.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static long bits(String name, int index) {
        long seed = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            seed = (seed ^ b) * 0x100000001b3L;
        }
        long x = seed + (index + 1) * GOLDEN_RATIO;
        x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
        x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
        return x ^ x >>> 31;
    }

    private float[] values(String name, int count, long[] shape) {
        float[] values = new float[count];
        long columns = shape[shape.length - 1];
        double scale = Math.scalb(1 / 64.0, -(int) Math.rint(Math.log(columns) / Math.log(2) / 2));
        if (name.endsWith(".q_a_proj.weight") || name.endsWith(".kv_a_proj_with_mqa.weight")) {
            scale = Math.scalb(scale, -golden.get("shrink").intValue());
        }
        for (int i = 0; i < count; i++) {
            values[i] = value(name, (int) (bits(name, i) >> 56), scale);
        }
        return values;
    }

    private static float value(String name, int signed, double scale) {
        if (name.endsWith("_scale")) {
            return (128 + (signed & 127)) / 8192f;
        }
        if (name.endsWith("_scale_inv")) {
            return (384 + signed) / 262144f;
        }
        if (name.endsWith("correction_bias")) {
            return signed / 512f;
        }
        return name.contains("norm") ? 1 + signed / 256f : (float) (signed * scale);
    }

    private static int[] words(String name, int count) {
        int[] words = new int[count];
        for (int i = 0; i < count; i++) {
            words[i] = (int) bits(name, i);
        }
        return words;
    }

    private static byte[] fp8(String name, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            byte raw = (byte) bits(name, i);
            bytes.put((raw & 127) == 127 ? (byte) (raw ^ 1) : raw);
        }
        return bytes.array();
    }
}
