package dev.perigee.engine.tool;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.progress.Progress;
import dev.perigee.engine.weights.GgufKeys;
import dev.perigee.engine.weights.GgufMix;
import dev.perigee.engine.weights.GgufOutput;
import dev.perigee.engine.weights.PlainPlan;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import dev.perigee.engine.weights.SafetensorsOutput;
import dev.perigee.engine.weights.Workers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Safetensors into GGUF, or into plain bf16 safetensors: the command {@code convert}.
 *
 * <p>The target appears whole or not at all. Checksums are printed as {@code sha256sum} prints them.
 */
public final class ConvertTool {

    private static final long SHARD_BYTES = 5_000_000_000L;
    private static final Set<String> TEXT_PARTS = Set.of("model", "lm_head", "language_model");

    private ConvertTool() {}

    /** What a model is turned into. */
    public enum Format {
        /** GGUF, eight bits for all. */
        Q8_0(GgufMix.Q8_0),
        /** GGUF, routed experts in four bits, taken over from native INT4 as they are; eight bits for all else. */
        Q4_0(GgufMix.Q4_0),
        /** GGUF, layers in four and a half bits. */
        Q4_K(GgufMix.Q4_K),
        /** Plain safetensors, a folder. */
        BF16(null);

        private final @Nullable GgufMix mix;

        Format(@Nullable GgufMix mix) {
            this.mix = mix;
        }
    }

    /**
     * What to convert.
     *
     * @param source a safetensors folder
     * @param target the file or folder to write, which does not exist yet
     * @param threads how many encode rows; at least 1
     */
    public record Order(Path source, Path target, Format format, int threads) {}

    /**
     * Converts and says how far it has come.
     *
     * @param out hears the checksums
     * @param told hears what could not be taken over as it is, and what was done with tensors that are not of the text model
     * @throws ModelLoadException where the source is no sound safetensors model
     * @throws IllegalArgumentException where the target exists or cannot be written, or the format cannot hold the model
     */
    public static void convert(Order order, PrintStream out, PrintStream told) {
        Path source = order.source();
        Path target = order.target();
        if (!Files.isDirectory(source)) {
            throw new ModelLoadException(
                    source.toString(),
                    Files.exists(source) ? "is no safetensors folder" : "does not exist",
                    "give a folder as Moonshot ships it");
        }
        if (Files.exists(target)) {
            throw new IllegalArgumentException("target " + target + " exists already, give another or take it away");
        }
        try (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.open(source);
                WrittenTarget written = WrittenTarget.begin(target, out);
                Workers workers = new Workers(order.threads())) {
            @Nullable GgufMix mix = order.format().mix;
            if (mix == null) {
                writePlain(checkpoint, written, workers, new ConversionProgress(told));
            } else {
                writeGguf(checkpoint, mix, written, workers, told);
            }
            tellOthers(checkpoint, mix == null ? "kept" : "left out", told);
            written.complete();
        } catch (IOException e) {
            throw new IllegalArgumentException("target " + target + " cannot be written (" + e + ")", e);
        }
    }

    private static void writeGguf(
            SafetensorsCheckpoint checkpoint, GgufMix mix, WrittenTarget target, Workers workers, PrintStream told)
            throws IOException {
        ModelConfig config = checkpoint.config();
        GgufKeys keys = ConvertedKeys.of(checkpoint, config, told);
        GgufOutput output = GgufOutput.of(config, checkpoint.bind(config), mix, keys);
        Map<String, Long> misfits = new LinkedHashMap<>();
        target.write("", stream -> misfits.putAll(output.writeTo(stream, workers, new ConversionProgress(told))));
        misfits.forEach((tensor, count) -> told.println(
                tensor + ": " + count + " scales do not fit half precision and were rounded to the nearest"));
        long all = misfits.values().stream().mapToLong(Long::longValue).sum();
        told.println("rounded scales: " + all + " in " + misfits.size() + " tensors");
    }

    private static void writePlain(
            SafetensorsCheckpoint checkpoint, WrittenTarget target, Workers workers, Progress progress)
            throws IOException {
        checkpoint.bind(checkpoint.config());
        List<SafetensorsOutput> files = PlainPlan.of(checkpoint, SHARD_BYTES);
        long all = files.stream().mapToLong(SafetensorsOutput::bytes).sum();
        long written = 0;
        for (SafetensorsOutput file : files) {
            long before = written;
            Progress whole = (bytes, ofBytes, tensor) -> progress.reached(before + bytes, all, tensor);
            target.write(file.fileName(), stream -> file.writeTo(stream, workers, whole));
            written += file.bytes();
        }
        for (Map.Entry<String, byte[]> beside : PlainFiles.of(checkpoint, files).entrySet()) {
            target.write(beside.getKey(), stream -> stream.write(beside.getValue()));
        }
    }

    /** Says by name what became of tensors that are not of the text model: K2.5 has a vision tower and a projector beside it. */
    private static void tellOthers(SafetensorsCheckpoint checkpoint, String fate, PrintStream told) {
        Map<String, Integer> others = new TreeMap<>();
        for (String tensor : checkpoint.tensors().keySet()) {
            String first = tensor.substring(0, Math.max(0, tensor.indexOf('.')));
            if (!TEXT_PARTS.contains(first)) {
                others.merge(first.isEmpty() ? tensor : first + ".*", 1, Integer::sum);
            }
        }
        others.forEach(
                (name, count) -> told.println(fate + ": " + count + " tensors " + name + ", not of the text model"));
    }
}
