package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.tensor.DataType;
import dev.perigee.engine.tensor.Shape;
import dev.perigee.engine.tensor.Tensor;
import dev.perigee.engine.testing.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsCheckpointTests {

    private static final byte[] EIGHT = new byte[8];
    private static final String SOUND = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    private void write(Path target, String header, byte[] tensors) throws IOException {
        byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        write(target, text.length, text, tensors);
    }

    private static void write(Path target, long length, byte[] header, byte[] tensors) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + tensors.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(target, bytes.putLong(length).put(header).put(tensors).array());
    }

    private void requireRefusal(String message) {
        assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void checkpointWhenSoundGivesItsTensors() throws IOException {
        new SafetensorsWriter()
                .f32("b", new float[] {1, 2, 3, 4, 5, 6}, 2, 3)
                .raw("a", "U8", new byte[] {7}, 1)
                .writeTo(file);
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(folder)) {
            assertThat(checkpoint.tensors()).containsOnlyKeys("a", "b");
            Tensor tensor = checkpoint.tensors().get("b");
            assertThat(tensor.type()).isEqualTo(DataType.F32);
            assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
            assertThat(tensor.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 20)).isEqualTo(6f);
        }
    }

    @Test
    void checkpointWhenTensorsAreEmptyOrScalarIsSound() throws IOException {
        write(
                file,
                "{'e':{'dtype':'F32','shape':[0,7],'data_offsets':[0,0]},'s':{'dtype':'I64','shape':[],'data_offsets':[0,8]}}",
                EIGHT);
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(folder)) {
            assertThat(checkpoint.tensors()).hasSize(2);
        }
    }

    static Stream<Arguments> damagedHeaders() {
        return Stream.of(
                Arguments.of("[]", "does not begin with {"),
                Arguments.of(" {}", "does not begin with {"),
                Arguments.of("\uFEFF{}", "does not begin with {"),
                Arguments.of("{'a':", "not sound JSON"),
                Arguments.of("{}x", "not sound JSON"),
                Arguments.of("{} {}", "something behind"),
                Arguments.of("{'a\\u0000b':{}}", "control characters"),
                Arguments.of("{'\\ud800':{}}", "control characters"),
                Arguments.of("{'__metadata__':{'a':'\\udc00'}}", "half of a surrogate pair"),
                Arguments.of("{'':{}}", "empty or overlong name"),
                Arguments.of("{'a':1}", "START_OBJECT"),
                Arguments.of("{'a':{}}", "lacks dtype, shape or two data_offsets"),
                Arguments.of("{'a':{'dtype':'F32','shape':[2]}}", "lacks"),
                Arguments.of("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}", "lacks"),
                Arguments.of("{'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}}", "unknown dtype F31"),
                Arguments.of("{'a':{'dtype':7,'shape':[2],'data_offsets':[0,8]}}", "VALUE_STRING"),
                Arguments.of("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}}", "unknown field x"),
                Arguments.of("{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}", "negative number -2"),
                Arguments.of("{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,8]}}", "no whole number"),
                Arguments.of("{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}}", "no whole number"),
                Arguments.of("{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,2],'data_offsets':[0,8]}}", "too many"),
                Arguments.of("{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}}", "too large"),
                Arguments.of(
                        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}}",
                        "impossible shape"),
                Arguments.of(
                        "{'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,8]}}", "impossible shape"),
                Arguments.of("{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}", "takes 12 bytes"),
                Arguments.of("{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}", "the file has 8 bytes"),
                Arguments.of("{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}", "lies at 8 to 0"),
                Arguments.of("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}", "tensors end at 4"),
                Arguments.of("{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}", "a hole before tensor a"),
                Arguments.of(
                        "{'a':{'dtype':'U8','shape':[5],'data_offsets':[0,5]},'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
                        "more bytes than the file has"),
                Arguments.of(
                        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'b':{'dtype':'U8','shape':[4],'data_offsets':[3,7]}}",
                        "an overlap before tensor b"),
                Arguments.of(
                        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'a':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
                        "not sound JSON"),
                Arguments.of("{'__metadata__':1,'a':{}}", "START_OBJECT"),
                Arguments.of("{'__metadata__':{'k':null}}", "VALUE_STRING"),
                Arguments.of("{'__metadata__':{'k':{}}}", "VALUE_STRING"),
                Arguments.of("{'a':" + "[".repeat(100_000), "START_OBJECT"),
                Arguments.of("{'__metadata__':{},'__metadata__':{}}", "not sound JSON"));
    }

    @ParameterizedTest
    @MethodSource("damagedHeaders")
    void checkpointWhenHeaderIsDamagedIsRefusedInOneLine(String header, String message) throws IOException {
        write(file, header, EIGHT);
        requireRefusal(message);
    }

    @Test
    void checkpointWhenHeaderIsNoUtf8IsRefused() throws IOException {
        write(file, 4, new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80}, EIGHT);
        requireRefusal("not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8})
    void checkpointWhenFileIsShorterThanItsLengthFieldIsRefused(int bytes) throws IOException {
        Files.write(file, new byte[bytes]);
        requireRefusal(bytes < 8 ? "begins with 8 bytes of length" : "says its header has 0 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, Long.MIN_VALUE, -1, 100_000_001, 1_000_000})
    void checkpointWhenHeaderLengthLiesIsRefused(long length) throws IOException {
        write(file, length, SOUND.replace('\'', '"').getBytes(StandardCharsets.UTF_8), EIGHT);
        requireRefusal("says its header has " + Long.toUnsignedString(length) + " bytes");
    }

    @Test
    void checkpointWhenTruncatedByOneByteIsRefusedByTensor() throws IOException {
        write(file, SOUND, new byte[7]);
        requireRefusal("tensor a lies at 0 to 8, the file has 7 bytes of tensors (truncated?)");
    }

    @Test
    void checkpointWhenSomethingIsAppendedIsRefused() throws IOException {
        write(file, SOUND, new byte[64]);
        requireRefusal("tensors end at 8, the file has 64 bytes");
    }

    @Test
    void checkpointWhenManyTensorsClaimTheSameBytesIsRefusedEarly() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++) {
            header.append("'t%d':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},".formatted(i));
        }
        write(file, header.append("'z':1}").toString(), EIGHT);
        requireRefusal("the tensors up to t1 take more bytes than the file has");
    }

    @Test
    void checkpointWhenFolderIsNoneIsRefused() {
        Path missing = folder.resolve("none");
        assertThatThrownBy(() -> SafetensorsCheckpoint.open(missing)).hasMessageContaining("does not exist");
        requireRefusal("holds neither model.safetensors nor model.safetensors.index.json");
    }

    @Test
    void checkpointWhenFileIsAFolderIsRefused() throws IOException {
        Files.createDirectory(file);
        requireRefusal("is missing or is not a file");
    }

    @Test
    void checkpointWhenShardedGivesAllTensors() throws IOException {
        write(folder.resolve("m-1.safetensors"), SOUND, EIGHT);
        write(folder.resolve("m-2.safetensors"), SOUND.replace("'a'", "'b'"), EIGHT);
        writeIndex("{'weight_map':{'a':'m-1.safetensors','b':'m-2.safetensors'},'metadata':{'total_size':16}}");
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(folder)) {
            assertThat(checkpoint.tensors()).containsOnlyKeys("a", "b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "/etc/passwd",
                "file:///etc/passwd",
                "sub/m.safetensors",
                "..",
                ".",
                "",
                "a\\\\b"
            })
    void indexWhenItNamesNoPlainFileIsRefused(String name) throws IOException {
        writeIndex("{'weight_map':{'a':'" + name + "'}}");
        requireRefusal("tensor a: names no plain file of the same folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'weight_map':[]}", "{'weight_map':{}}"})
    void indexWhenItMapsNothingIsRefused(String text) throws IOException {
        writeIndex(text);
        requireRefusal("has no \"weight_map\"");
    }

    @Test
    void indexWhenItNamesAFileThatIsNotThereIsRefused() throws IOException {
        writeIndex("{'weight_map':{'a':'m-1.safetensors'}}");
        requireRefusal("m-1.safetensors: is missing or is not a file");
    }

    @Test
    void indexWhenTheShardLacksTheTensorIsRefused() throws IOException {
        write(folder.resolve("m-1.safetensors"), SOUND, EIGHT);
        writeIndex("{'weight_map':{'c':'m-1.safetensors'}}");
        requireRefusal("m-1.safetensors tensor c: is missing");
    }

    @Test
    void checkpointWhenFileIsALinkOutOfTheFolderIsRefused(@TempDir Path elsewhere) throws IOException {
        Path outside = elsewhere.resolve("m.safetensors");
        write(outside, SOUND, EIGHT);
        Files.createSymbolicLink(file, outside);
        requireRefusal("is a link out of the model's folder");
    }

    @Test
    void checkpointWhenHugeAndSparseOpensByItsHeaderAlone() throws IOException {
        long size = 3L << 30;
        write(file, "{'a':{'dtype':'U8','shape':[%d],'data_offsets':[0,%d]}}".formatted(size, size), EIGHT);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(sparse.length() - EIGHT.length + size);
        }
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(folder)) {
            assertThat(checkpoint.tensors().get("a").data().byteSize()).isEqualTo(size);
        }
    }

    private void writeIndex(String text) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), text.replace('\'', '"'));
    }
}
