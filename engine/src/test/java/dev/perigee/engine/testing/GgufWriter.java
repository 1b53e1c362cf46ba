package dev.perigee.engine.testing;

import dev.perigee.engine.tokenizer.GgufTokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small GGUF files for tests, sound or not: keys and tensors in the order they came, later ones in place of earlier. */
public final class GgufWriter {

    private record Stored(int type, long[] fastestFirst, byte[] bytes) {}

    private final Map<String, byte[]> keys = new LinkedHashMap<>();
    private final Map<String, Stored> tensors = new LinkedHashMap<>();
    private int alignment = 32;

    /** Tensors begin at multiples of this. */
    public GgufWriter aligned(int bytes) {
        alignment = bytes;
        return u32("general.alignment", bytes);
    }

    /** A key of any type with any bytes behind it. */
    public GgufWriter raw(String key, int type, byte[] value) {
        keys.put(key, joined(little(4).putInt(type).array(), value));
        return this;
    }

    /** A UINT32. */
    public GgufWriter u32(String key, long value) {
        return raw(key, 4, little(4).putInt((int) value).array());
    }

    /** A FLOAT32. */
    public GgufWriter f32(String key, double value) {
        return raw(key, 6, little(4).putFloat((float) value).array());
    }

    /** A BOOL. */
    public GgufWriter flag(String key, boolean value) {
        return raw(key, 7, new byte[] {(byte) (value ? 1 : 0)});
    }

    /** A STRING. */
    public GgufWriter text(String key, String value) {
        return raw(key, 8, text(value));
    }

    /** An array of STRING. */
    public GgufWriter texts(String key, List<String> values) {
        byte[][] parts = values.stream().map(GgufWriter::text).toArray(byte[][]::new);
        return raw(key, 9, joined(little(12).putInt(8).putLong(values.size()).array(), joined(parts)));
    }

    /** An array of INT32. */
    public GgufWriter integers(String key, int... values) {
        ByteBuffer bytes = little(12 + 4 * values.length).putInt(5).putLong(values.length);
        for (int value : values) {
            bytes.putInt(value);
        }
        return raw(key, 9, bytes.array());
    }

    /** The keys of this vocabulary, as Kimi's files have them. */
    public GgufWriter vocabulary(GgufTokens vocabulary) {
        text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "kimi-k2");
        texts("tokenizer.ggml.tokens", vocabulary.tokens()).texts("tokenizer.ggml.merges", vocabulary.merges());
        return integers(
                "tokenizer.ggml.token_type",
                vocabulary.types().stream().mapToInt(Integer::intValue).toArray());
    }

    /** A tensor with these extents, fastest first. */
    public GgufWriter tensor(String name, int type, byte[] bytes, long... fastestFirst) {
        tensors.put(name, new Stored(type, fastestFirst, bytes));
        return this;
    }

    /** Takes a key or a tensor out again. */
    public GgufWriter without(String name) {
        keys.remove(name);
        tensors.remove(name);
        return this;
    }

    /** The whole file. */
    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(little(20)
                .putInt(3)
                .putLong(tensors.size())
                .putLong(keys.size())
                .array());
        keys.forEach((key, value) -> out.writeBytes(joined(text(key), value)));
        long offset = 0;
        for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
            out.writeBytes(described(entry.getKey(), entry.getValue(), offset));
            offset += padded(entry.getValue().bytes().length);
        }
        out.writeBytes(new byte[(int) padded(out.size()) - out.size()]);
        for (Stored tensor : tensors.values()) {
            out.writeBytes(tensor.bytes());
            out.writeBytes(new byte[(int) padded(tensor.bytes().length) - tensor.bytes().length]);
        }
        return out.toByteArray();
    }

    /** Writes the whole file. */
    public Path writeTo(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private static byte[] described(String name, Stored tensor, long offset) {
        ByteBuffer bytes = little(4 + 8 * tensor.fastestFirst().length + 4 + 8).putInt(tensor.fastestFirst().length);
        for (long extent : tensor.fastestFirst()) {
            bytes.putLong(extent);
        }
        return joined(text(name), bytes.putInt(tensor.type()).putLong(offset).array());
    }

    /** A text with its length before it. */
    public static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return joined(little(8).putLong(bytes.length).array(), bytes);
    }

    /** Little-endian memory. */
    public static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private long padded(long bytes) {
        return (bytes + alignment - 1) / alignment * alignment;
    }
}
