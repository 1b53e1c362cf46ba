package dev.perigee.engine.tool;

import dev.perigee.engine.weights.WritingProgress;
import java.io.PrintStream;
import java.util.Locale;

/** Says in a line how far a conversion has come, at most every second and at every end. */
final class ConversionProgress implements WritingProgress {

    private static final long PAUSE_NANOS = 1_000_000_000;
    private static final double MEBI = 1 << 20;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private long last = start;

    ConversionProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void written(String tensor, long bytes, long ofBytes) {
        long now = System.nanoTime();
        if (now - last < PAUSE_NANOS && bytes < ofBytes) {
            return;
        }
        last = now;
        double seconds = (now - start) / 1e9;
        out.printf(
                Locale.ROOT,
                "converted %d %%: %.1f of %.1f MiB, %.0f MiB/s, %s%n",
                100 * bytes / Math.max(1, ofBytes),
                bytes / MEBI,
                ofBytes / MEBI,
                bytes / MEBI / Math.max(seconds, 1e-3),
                tensor);
        out.flush();
    }
}
