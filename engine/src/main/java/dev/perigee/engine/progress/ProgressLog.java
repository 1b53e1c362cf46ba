package dev.perigee.engine.progress;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Writes a line every ten seconds, and one at the end of what took so long. */
final class ProgressLog implements Progress {

    private static final System.Logger LOG = System.getLogger(ProgressLog.class.getName());
    private static final long PAUSE_NANOS = 10_000_000_000L;
    private static final double MEBI = 1 << 20;
    private static final double NANOS = 1e9;

    private final String work;
    private final Consumer<String> lines;
    private final LongSupplier clock;
    private final long start;
    private long last;

    ProgressLog(String work, Consumer<String> lines, LongSupplier clock) {
        this.work = work;
        this.lines = lines;
        this.clock = clock;
        this.start = clock.getAsLong();
        this.last = start;
    }

    static void log(String line) {
        LOG.log(System.Logger.Level.INFO, line);
    }

    @Override
    public void reached(long bytes, long ofBytes, String what) {
        long now = clock.getAsLong();
        boolean ended = bytes >= ofBytes && last > start;
        if (ended || now - last >= PAUSE_NANOS) {
            last = now;
            lines.accept(work + " " + figures(bytes, ofBytes, now - start) + ", " + what);
        }
    }

    /** {@code 12 %: 150.0 of 1250.0 MiB, 300 MiB/s}. */
    static String figures(long bytes, long ofBytes, long nanos) {
        return String.format(
                Locale.ROOT,
                "%d %%: %.1f of %.1f MiB, %.0f MiB/s",
                100 * bytes / Math.max(1, ofBytes),
                bytes / MEBI,
                ofBytes / MEBI,
                bytes / MEBI / Math.max(nanos / NANOS, 1e-3));
    }
}
