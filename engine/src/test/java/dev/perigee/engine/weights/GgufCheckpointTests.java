package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tensor.Shape;
import dev.perigee.engine.testing.GgufWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufCheckpointTests {

    private static final int F32 = 0;
    private static final int I8 = 24;
    private static final byte[] EIGHT = new byte[8];

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("m.gguf");
    }

    private static GgufWriter sound() {
        return new GgufWriter().text("general.architecture", "deepseek2").tensor("a", F32, EIGHT, 2);
    }

    private static GgufWriter with(String key, int type, byte[] value) {
        return sound().raw(key, type, value);
    }

    private static byte[] u64(long value) {
        return GgufWriter.little(8).putLong(value).array();
    }

    private static byte[] u32(long value) {
        return GgufWriter.little(4).putInt((int) value).array();
    }

    private static byte[] array(int type, long size) {
        return GgufWriter.little(12).putInt(type).putLong(size).array();
    }

    /** The sound file with other bytes from {@code at} on. */
    private static byte[] patched(int at, byte[] bytes) {
        byte[] whole = sound().bytes();
        System.arraycopy(bytes, 0, whole, at, bytes.length);
        return whole;
    }

    private static byte[] withTwo(long secondOffset) {
        byte[] whole = sound().tensor("b", F32, EIGHT, 2).bytes();
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(131, secondOffset);
        return whole;
    }

    private void requireRefusal(byte[] bytes, String message) throws IOException {
        Files.write(file, bytes);
        assertThatThrownBy(() -> GgufCheckpoint.open(file))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void checkpointWhenSoundGivesItsTensorsSlowestDimensionFirst() throws IOException {
        sound().tensor("b", F32, new byte[24], 3, 2).writeTo(file);
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(file)) {
            assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b");
            GgufFile.Stored tensor = checkpoint.find("b");
            assertThat(tensor).isNotNull();
            assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
            assertThat(tensor.data().byteSize()).isEqualTo(24);
        }
    }

    static Stream<Arguments> damaged() {
        byte[] whole = sound().bytes();
        return Stream.of(
                Arguments.of("G01", new byte[0], "truncated: the magic"),
                Arguments.of("G02", "GGU".getBytes(StandardCharsets.US_ASCII), "truncated: the magic"),
                Arguments.of("G03", patched(0, "GGML".getBytes(StandardCharsets.US_ASCII)), "little-endian byte order"),
                Arguments.of("G03", patched(0, "FUGG".getBytes(StandardCharsets.US_ASCII)), "big-endian byte order"),
                Arguments.of("G04", patched(4, u32(0)), "byte 4: has GGUF version 0"),
                Arguments.of("G04", patched(4, u32(1)), "GGUF version 1"),
                Arguments.of("G04", patched(4, u32(4)), "GGUF version 4"),
                Arguments.of("G04", patched(4, u32(-1)), "GGUF version 4294967295"),
                Arguments.of("G06", patched(16, u64(-1)), "kv_count is 18446744073709551615"),
                Arguments.of("G06", patched(16, u64(1L << 32)), "kv_count is 4294967296"),
                Arguments.of("G07", patched(8, u64(1_000_000_000)), "tensor_count is 1000000000"),
                Arguments.of("G07", patched(8, u64(60_000)), "truncated: tensor_count is 60000"),
                Arguments.of("G08", patched(24, u64(-1)), "a metadata key has 18446744073709551615 bytes"),
                Arguments.of("G09", with("k", 8, u64(1_000)).bytes(), "truncated: k takes 1000 bytes"),
                Arguments.of("G12", with("k", 13, EIGHT).bytes(), "the type of k is 13"),
                Arguments.of("G12", with("k", 255, EIGHT).bytes(), "the type of k is 255"),
                Arguments.of("G12", with("k", -1, EIGHT).bytes(), "the type of k is 4294967295"),
                Arguments.of("G13", with("k", 9, array(9, 1)).bytes(), "k is an array of arrays"),
                Arguments.of("G14", with("k", 9, array(10, 1L << 62)).bytes(), "the size of k is 4611686018427387904"),
                Arguments.of("G14", with("k", 9, array(0, 4_000_000)).bytes(), "truncated: the size of k"),
                Arguments.of("G16", with("general.alignment", 11, u64(32)).bytes(), "general.alignment is 32, wanted"),
                Arguments.of("G17", sound().u32("general.alignment", 0).bytes(), "general.alignment is 0"),
                Arguments.of("G17", sound().u32("general.alignment", 1).bytes(), "general.alignment is 1"),
                Arguments.of("G17", sound().u32("general.alignment", 33).bytes(), "general.alignment is 33"),
                Arguments.of("G17", sound().u32("general.alignment", 1L << 31).bytes(), "is 2147483648"),
                Arguments.of("G17", sound().u32("general.alignment", -1).bytes(), "is 4294967295"),
                Arguments.of(
                        "G18", sound().tensor("n".repeat(64), F32, EIGHT, 2).bytes(), "name has 64 bytes"),
                Arguments.of("G18", sound().tensor("", F32, EIGHT, 2).bytes(), "name is empty"),
                Arguments.of("G18", sound().tensor("../x", F32, EIGHT, 2).bytes(), "holds other than letters"),
                Arguments.of("G19", sound().tensor("a", F32, EIGHT).bytes(), "tensor a has 0 dimensions"),
                Arguments.of(
                        "G19", sound().tensor("a", F32, EIGHT, 2, 1, 1, 1, 1).bytes(), "has 5 dimensions"),
                Arguments.of("G19", sound().tensor("a", F32, EIGHT, 0).bytes(), "an extent of 0"),
                Arguments.of(
                        "G21", sound().tensor("a", F32, EIGHT, 1L << 62, 4, 1).bytes(), "an impossible shape"),
                Arguments.of("G21", sound().tensor("a", F32, EIGHT, 1L << 62).bytes(), "passes 2^63 - 1"),
                Arguments.of(
                        "G22",
                        sound().tensor("a", I8, EIGHT, 0x7FFFFFFFFFFFFFC0L).bytes(),
                        "passes 2^63 - 1"),
                Arguments.of("G23", sound().tensor("a", 12, EIGHT, 255).bytes(), "Q4_K takes multiples of 256"),
                Arguments.of("G24", sound().tensor("a", 4, EIGHT, 2).bytes(), "type 4 (Q4_2, removed"),
                Arguments.of("G24", sound().tensor("a", 36, EIGHT, 2).bytes(), "type 36 (IQ4_NL_4_4, removed"),
                Arguments.of("G24", sound().tensor("a", 99, EIGHT, 2).bytes(), "type 99 (unknown)"),
                Arguments.of("G24", sound().tensor("a", -1, EIGHT, 2).bytes(), "type 4294967295 (unknown)"),
                Arguments.of("G26", withTwo(0), "an overlap before tensor"),
                Arguments.of("G26", withTwo(7), "has offset 7, no multiple"),
                Arguments.of("G26", withTwo(-32), "no multiple of general.alignment"),
                Arguments.of("G27", Arrays.copyOf(whole, whole.length - 25), "truncated: tensor a takes 8 bytes"),
                Arguments.of("G27", Arrays.copyOf(whole, whole.length - 1), "the file has"),
                Arguments.of("G28", Arrays.copyOf(whole, whole.length + (1 << 20)), "the file has"),
                Arguments.of(
                        "text",
                        with("k", 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, -1}).bytes(),
                        "k is not UTF-8"),
                Arguments.of("bool", with("k", 7, new byte[] {2}).bytes(), "a truth value is 0 or 1"));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("damaged")
    void checkpointWhenHeaderIsDamagedIsRefusedInOneLine(String id, byte[] bytes, String message) throws IOException {
        requireRefusal(bytes, message);
    }

    @Test
    void checkpointWhenAKeyIsThereTwiceIsRefused() throws IOException {
        byte[] whole = sound().u32("key.one", 1).u32("key.two", 1).bytes();
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        requireRefusal(
                text.replace("key.two", "key.one").getBytes(StandardCharsets.ISO_8859_1),
                "the key key.one is there twice");
    }

    @Test
    void checkpointWhenTemplateIsHugeOpens() throws IOException {
        sound().text("tokenizer.chat_template", "x".repeat(3 << 20)).writeTo(file);
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(file)) {
            assertThat(checkpoint.metadata().findText("tokenizer.chat_template"))
                    .isEmpty();
        }
    }

    private Path part(int number, int count, int tensors, String tensor) throws IOException {
        return new GgufWriter()
                .raw("split.no", 2, new byte[] {(byte) number, 0})
                .raw("split.count", 2, new byte[] {(byte) count, 0})
                .raw("split.tensors.count", 5, u32(tensors))
                .tensor(tensor, F32, EIGHT, 2)
                .writeTo(folder.resolve("m-0000%d-of-00003.gguf".formatted(number + 1)));
    }

    @Test
    void splitWhenWholeGivesAllTensors() throws IOException {
        Path first = part(0, 3, 3, "a");
        part(1, 3, 3, "b");
        part(2, 3, 3, "c");
        try (GgufCheckpoint checkpoint = GgufCheckpoint.open(first)) {
            assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(checkpoint.paths()).hasSize(3);
        }
    }

    @Test
    void splitWhenDamagedIsRefused(@TempDir Path elsewhere) throws IOException {
        Path first = part(0, 3, 3, "a");
        Path second = part(1, 3, 3, "b");
        requireSplitRefusal(first, "m-00003-of-00003.gguf: is missing");
        Path third = part(2, 3, 3, "a");
        requireSplitRefusal(first, "holds tensor a, and so does");
        part(2, 3, 4, "c");
        requireSplitRefusal(first, "split.tensors.count is 4, wanted is 3");
        requireSplitRefusal(second, "split.no is 1, wanted is 0; the first file of a split is the one to give");
        Files.copy(second, third, StandardCopyOption.REPLACE_EXISTING);
        requireSplitRefusal(first, "split.no is 1, wanted is 2");
        Files.delete(third);
        Files.createSymbolicLink(third, Files.copy(second, elsewhere.resolve("x.gguf")));
        requireSplitRefusal(first, "is a link out of the model's folder");
        requireSplitRefusal(Files.copy(first, folder.resolve("renamed.gguf")), "does not end in -00001-of-00003.gguf");
    }

    private static void requireSplitRefusal(Path first, String message) {
        assertThatThrownBy(() -> GgufCheckpoint.open(first))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message);
    }
}
