package dev.perigee.engine.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The metadata of a GGUF file while it is put together, in the order in which it comes. */
public final class GgufKeys {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int count;

    /** A whole number from 0. */
    public GgufKeys integer(String key, int value) {
        begin(key, GgufValue.Type.UINT32);
        bytes.writeBytes(little(Integer.BYTES).putInt(value).array());
        return this;
    }

    /** A number with a point. */
    public GgufKeys number(String key, double value) {
        begin(key, GgufValue.Type.FLOAT32);
        bytes.writeBytes(little(Float.BYTES).putFloat((float) value).array());
        return this;
    }

    /** True or false. */
    public GgufKeys flag(String key, boolean value) {
        begin(key, GgufValue.Type.BOOL);
        bytes.write(value ? 1 : 0);
        return this;
    }

    /** A text. */
    public GgufKeys text(String key, String value) {
        begin(key, GgufValue.Type.STRING);
        bytes.writeBytes(text(value));
        return this;
    }

    /** Many texts. */
    public GgufKeys texts(String key, List<String> values) {
        beginArray(key, GgufValue.Type.STRING, values.size());
        values.forEach(value -> bytes.writeBytes(text(value)));
        return this;
    }

    /** Many whole numbers. */
    public GgufKeys integers(String key, List<Integer> values) {
        beginArray(key, GgufValue.Type.INT32, values.size());
        ByteBuffer array = little(values.size() * Integer.BYTES);
        values.forEach(array::putInt);
        bytes.writeBytes(array.array());
        return this;
    }

    private void beginArray(String key, GgufValue.Type element, int size) {
        begin(key, GgufValue.Type.ARRAY);
        bytes.writeBytes(little(Integer.BYTES + Long.BYTES)
                .putInt(element.ordinal())
                .putLong(size)
                .array());
    }

    private void begin(String key, GgufValue.Type type) {
        bytes.writeBytes(text(key));
        bytes.writeBytes(little(Integer.BYTES).putInt(type.ordinal()).array());
        count++;
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /** A text with its length before it. */
    static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return little(Long.BYTES + utf8.length).putLong(utf8.length).put(utf8).array();
    }

    static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
