package dev.perigee.engine.weights;

import dev.perigee.engine.ModelLoadException;
import dev.perigee.engine.config.ModelConfig;
import dev.perigee.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Reads a sound model, then bad ones, in a JVM of its own; says of each how long it took and how far the process has grown since the sound one. */
final class BadFileProbe {

    private BadFileProbe() {}

    public static void main(String[] models) throws IOException {
        long before = 0;
        for (String model : models) {
            long start = System.nanoTime();
            String end = load(Path.of(model));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            long peak = peakKibibytes();
            before = before == 0 ? peak : before;
            System.out.println(millis + "\t" + (peak - before) + "\t" + end);
        }
    }

    private static String load(Path model) {
        try {
            if (model.endsWith("tiktoken.model") || model.endsWith("tokenizer.json")) {
                return "loaded " + Tokenizer.load(model).ranks();
            }
            try (Checkpoint checkpoint = Checkpoint.open(model)) {
                ModelConfig config = checkpoint.config();
                checkpoint.bind(config);
                return "loaded " + config.dimensions().numHiddenLayers();
            }
        } catch (ModelLoadException refused) {
            return refused.getMessage();
        }
    }

    /** The most memory that this process ever had: VmHWM. */
    private static long peakKibibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
