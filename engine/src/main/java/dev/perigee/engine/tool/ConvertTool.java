package dev.perigee.engine.tool;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.weights.GgufKeys;
import dev.perigee.engine.weights.GgufMix;
import dev.perigee.engine.weights.GgufOutput;
import dev.perigee.engine.weights.PlainPlan;
import dev.perigee.engine.weights.SafetensorsCheckpoint;
import dev.perigee.engine.weights.SafetensorsOutput;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Safetensors into GGUF, or into plain bf16 safetensors: the command {@code convert}.
 *
 * <p>The target appears whole or not at all. Checksums are printed as {@code sha256sum} prints them.
 */
public final class ConvertTool {

    private static final long SHARD_BYTES = 5_000_000_000L;

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
     * Converts and says how far it has come.
     *
     * @param out hears the checksums
     * @param progress hears progress, and what could not be taken over as it is
     * @throws ModelLoadException where the source is no sound safetensors model
     * @throws IllegalArgumentException where the target exists or cannot be written, or the format cannot hold the model
     */
    public static void convert(Path source, Path target, Format format, PrintStream out, PrintStream progress) {
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
                WrittenTarget written = WrittenTarget.begin(target, out)) {
            if (format.mix == null) {
                writePlain(checkpoint, written, new ConversionProgress(progress));
            } else {
                writeGguf(checkpoint, format.mix, written, progress);
            }
            written.complete();
        } catch (IOException e) {
            throw new IllegalArgumentException("target " + target + " cannot be written (" + e + ")", e);
        }
    }

    private static void writeGguf(
            SafetensorsCheckpoint checkpoint, GgufMix mix, WrittenTarget target, PrintStream progress)
            throws IOException {
        ModelConfig config = checkpoint.config();
        GgufKeys keys = ConvertedKeys.of(checkpoint, config);
        GgufOutput output = GgufOutput.of(config, checkpoint.bind(config), mix, keys);
        Map<String, Long> misfits = new LinkedHashMap<>();
        target.write("", stream -> misfits.putAll(output.writeTo(stream, new ConversionProgress(progress))));
        misfits.forEach((tensor, count) -> progress.println(
                tensor + ": " + count + " scales do not fit half precision and were rounded to the nearest"));
        long all = misfits.values().stream().mapToLong(Long::longValue).sum();
        progress.println("rounded scales: " + all + " in " + misfits.size() + " tensors");
    }

    private static void writePlain(SafetensorsCheckpoint checkpoint, WrittenTarget target, ConversionProgress progress)
            throws IOException {
        checkpoint.bind(checkpoint.config());
        List<SafetensorsOutput> files = PlainPlan.of(checkpoint, SHARD_BYTES);
        for (SafetensorsOutput file : files) {
            target.write(file.fileName(), stream -> file.writeTo(stream, progress));
        }
        for (Map.Entry<String, byte[]> beside : PlainFiles.of(checkpoint, files).entrySet()) {
            target.write(beside.getKey(), stream -> stream.write(beside.getValue()));
        }
    }
}
