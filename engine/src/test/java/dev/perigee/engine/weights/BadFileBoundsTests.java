package dev.perigee.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.engine.testing.GgufWriter;
import dev.perigee.engine.testing.TinyCheckpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files made to cost much are refused quickly and cheaply: within two seconds, and without the process growing by what they claim. */
@EnabledOnOs(OS.LINUX)
class BadFileBoundsTests {

    private static final long MOST_MILLIS = 2_000;
    private static final long MOST_KIBIBYTES = 64 << 10;

    @TempDir
    Path folder;

    private final LinkedHashMap<Path, String> expected = new LinkedHashMap<>();

    @Test
    void filesWhenMadeToCostMuchAreRefusedQuicklyAndCheaply() throws Exception {
        ggufs();
        safetensors();
        configs();
        Path vocabulary = sparse("vocabulary/tiktoken.model", new byte[0], 400L << 20);
        expected.put(vocabulary, "has 419430400 bytes, wanted are 1 to");
        requireRefusals();
    }

    @Test
    void jsonWhenDenseIsRefusedQuicklyAndCheaply() throws Exception {
        denseJson();
        requireRefusals();
    }

    @Test
    void shardIndexesWhenMadeToCostMuchAreRefusedQuicklyAndCheaply() throws Exception {
        index(
                "entries",
                "{\"weight_map\":{" + entries(1_200_000, "model-1-of-1.safetensors") + "}}",
                "model-1-of-1.safetensors");
        index("shards", "{\"weight_map\":{" + shards(1_200_000) + "}}", "is missing or is not a file");
        index("known", "{\"weight_map\":{" + entries(1_000_000, "model.safetensors") + "}}", "tensor t0");
        index("twice", "{\"weight_map\":{" + "\"a\":\"model.safetensors\",".repeat(1_000_000) + "\"a\":\"b\"}}", "a");
        index("beside", "{\"metadata\":[[]" + ",[]".repeat(5_000_000) + "],\"weight_map\":{}}", "index.json");
        index("deep", "{\"metadata\":" + "[".repeat(20_000_000), "is not sound JSON");
        index("text", "{\"weight_map\":{\"a\":\"" + "b".repeat(60_000_000) + "\"}}", "is not sound JSON");
        index("key", "{\"weight_map\":{\"" + "b".repeat(60_000_000) + "\":\"a\"}}", "is not sound JSON");
        Path sparse = Files.createDirectories(folder.resolve("sparse"));
        new TinyCheckpoint(1).writeTo(sparse);
        sparse("sparse/model.safetensors.index.json", "{".getBytes(StandardCharsets.US_ASCII), 1L << 40);
        expected.put(sparse, "has 1099511627776 bytes, at most ");
        requireRefusals();
    }

    private void index(String name, String json, String message) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        new TinyCheckpoint(1).writeTo(model);
        Files.writeString(model.resolve(ShardIndex.NAME), json);
        expected.put(model, message);
    }

    private static String entries(int count, String file) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"t" + i + "\":\"" + file + '"')
                .collect(Collectors.joining(","));
    }

    private static String shards(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"t" + i + "\":\"m-" + i + ".safetensors\"")
                .collect(Collectors.joining(","));
    }

    private void requireRefusals() throws Exception {
        Path sound = Files.createDirectories(folder.resolve("sound"));
        new TinyCheckpoint(1).writeTo(sound);
        expected.putFirst(sound, "loaded 3");

        List<String[]> ends = probe();

        int i = 0;
        for (Map.Entry<Path, String> entry : expected.entrySet()) {
            String[] end = ends.get(i++);
            String told = entry.getKey() + ": " + String.join(" ", end);
            assertThat(end[2]).as(told).contains(entry.getValue());
            if (!entry.getKey().equals(sound)) { // the first load is the JVM's start
                assertThat(Long.parseLong(end[0])).as("ms of " + told).isLessThan(MOST_MILLIS);
            }
            assertThat(Long.parseLong(end[1])).as("KiB after " + told).isLessThan(MOST_KIBIBYTES);
        }
    }

    private void ggufs() throws IOException {
        byte[] sound =
                new GgufWriter().text("general.architecture", "deepseek2").bytes();
        gguf("tensors", patched(sound, 8, 1_000_000_000L), 1 << 10, "tensor_count is 1000000000");
        gguf("kv", patched(sound, 16, 4_000), 1L << 40, "byte");
        gguf("length", patched(sound, 24, Long.MAX_VALUE), 1L << 40, "a metadata key has 9223372036854775807 bytes");
        byte[] array = GgufWriter.little(12).putInt(10).putLong(1L << 40).array();
        gguf("array", new GgufWriter().raw("k", 9, array).bytes(), 1L << 40, "the size of k is 1099511627776");
    }

    private void gguf(String name, byte[] head, long size, String message) throws IOException {
        expected.put(sparse(name + ".gguf", head, size), message);
    }

    private void safetensors() throws IOException {
        safetensors(
                "huge",
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(1L << 40)
                        .array(),
                "1099511627776");
        safetensors("deep", headed("{\"a\":" + "[".repeat(1_000_000)), "a has START_ARRAY where START_OBJECT belongs");
        safetensors(
                "empty", headed("{" + emptyTensors(1_000_000) + "}"), "more than 1024 tensors up to t1024 are empty");
        safetensors("blank", headed("{" + " ".repeat(8_000_000)), "is not sound JSON");
        safetensors("long", headed("{\"" + "a".repeat(8_000_000) + "\":1}"), "is not sound JSON");
    }

    private void safetensors(String name, byte[] head, String message) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        new TinyCheckpoint(1).writeTo(model);
        sparse(name + "/model.safetensors", head, 1L << 41);
        expected.put(model, message);
    }

    private static String emptyTensors(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"t" + i + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(","));
    }

    private static byte[] headed(String header) {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    /** Many small values in little text: as objects they would take far more. */
    private void denseJson() throws IOException {
        byte[] dense = dense(1_300_000);
        Path config = Files.createDirectories(folder.resolve("dense"));
        new TinyCheckpoint(1).writeTo(config);
        sparse("dense/config.json", dense, 0);
        byte[] merges = ("{\"model\":{\"merges\":[\"\"" + ",\"\"".repeat(5_000_000) + "]}}")
                .getBytes(StandardCharsets.US_ASCII);
        expected.put(sparse("merges/tokenizer.json", merges, 0), "merges has more than 524288 entries");
        expected.put(sparse("dense/tokenizer.json", dense(5_000_000), 0), "has more than 2097152 bytes beside");
        expected.put(config, "is not sound JSON (Token count");
    }

    private static byte[] dense(int values) {
        return ("{\"a\":[[]" + ",[]".repeat(values) + "]}").getBytes(StandardCharsets.US_ASCII);
    }

    private void configs() throws IOException, InterruptedException {
        Path large = Files.createDirectories(folder.resolve("config"));
        new TinyCheckpoint(1).writeTo(large);
        sparse("config/config.json", "{".getBytes(StandardCharsets.US_ASCII), 1L << 40);
        expected.put(large, "config.json");
        Path pipe = Files.createDirectories(folder.resolve("pipe"));
        new TinyCheckpoint(1).writeTo(pipe);
        Files.delete(pipe.resolve("model.safetensors"));
        assertThat(new ProcessBuilder(
                                "mkfifo", pipe.resolve("model.safetensors").toString())
                        .start()
                        .waitFor())
                .isZero();
        expected.put(pipe, "model.safetensors");
    }

    private static byte[] patched(byte[] bytes, int at, long value) {
        byte[] copy = bytes.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        return copy;
    }

    /** A file that begins so and claims this size, of which it takes next to nothing on disk. */
    private Path sparse(String name, byte[] head, long size) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        try (OutputStream out = Files.newOutputStream(path)) {
            out.write(head);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            if (size > head.length) {
                channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
            }
        }
        return path;
    }

    private List<String[]> probe() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BadFileProbe.class.getName()));
        expected.keySet().forEach(model -> command.add(model.toString()));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ended").isTrue();
        String told = Files.readString(output);
        System.out.print(told.replace(folder.toString(), ""));
        assertThat(process.exitValue()).as(told).isZero();
        return told.lines().map(line -> line.split("\t", 3)).toList();
    }
}
