package dev.perigee.engine.tool;

import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.TokenUsage;
import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Measures one generation from its reader's side: prefill ends with the first piece of the answer, decoding with the terminal event.
 */
final class GenerationFigures {

    private static final double NANOS = 1e9;

    private final long loadNanos;
    private long submitted;
    private long firstPiece;
    private long ended;
    private @Nullable TokenUsage usage;

    GenerationFigures(long loadNanos) {
        this.loadNanos = loadNanos;
    }

    void submitted() {
        submitted = System.nanoTime();
    }

    void seen(GenerationEvent event) {
        long now = System.nanoTime();
        if (firstPiece == 0 && !(event instanceof GenerationEvent.Started)) {
            firstPiece = now;
        }
        ended = now;
        switch (event) {
            case GenerationEvent.Finished finished -> usage = finished.usage();
            case GenerationEvent.Failed failed -> usage = failed.usage();
            case GenerationEvent.Started _,
                    GenerationEvent.TextDelta _,
                    GenerationEvent.ReasoningDelta _,
                    GenerationEvent.ToolCallStarted _,
                    GenerationEvent.ToolCallArgumentsDelta _,
                    GenerationEvent.Refused _ -> {}
        }
    }

    void print(PrintStream out) {
        int prompt = usage == null ? 0 : usage.promptTokens();
        int output = usage == null ? 0 : usage.outputTokens();
        double prefill = (firstPiece - submitted) / NANOS;
        double decode = (ended - firstPiece) / NANOS;
        out.printf(Locale.ROOT, "load: %.3f s%n", loadNanos / NANOS);
        out.printf(Locale.ROOT, "prefill: %d tokens, %.3f s, %.1f tokens/s%n", prompt, prefill, rate(prompt, prefill));
        out.printf(Locale.ROOT, "decode: %d tokens, %.3f s, %.1f tokens/s%n", output, decode, rate(output - 1, decode));
        out.printf(Locale.ROOT, "peak memory: %.1f MiB%n", PeakMemory.mebibytes());
        out.flush();
    }

    private static double rate(int tokens, double seconds) {
        return tokens > 0 && seconds > 0 ? tokens / seconds : 0;
    }
}
