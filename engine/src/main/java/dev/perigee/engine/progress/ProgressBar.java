package dev.perigee.engine.progress;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/** Draws one line of a terminal over and over, five times a second at most, and leaves it empty. */
final class ProgressBar implements Progress {

    private static final long PATIENCE_NANOS = 1_000_000_000;
    private static final long PAUSE_NANOS = 200_000_000;
    private static final int CELLS = 30;
    private static final String CLEARED = "\r\u001b[K";

    private final String work;
    private final PrintWriter terminal;
    private final LongSupplier clock;
    private final long start;
    private long drawn;

    ProgressBar(String work, PrintWriter terminal, LongSupplier clock) {
        this.work = work;
        this.terminal = terminal;
        this.clock = clock;
        this.start = clock.getAsLong();
        this.drawn = start - PAUSE_NANOS;
    }

    @Override
    public void reached(long bytes, long ofBytes, String what) {
        long now = clock.getAsLong();
        boolean shown = drawn >= start;
        if (bytes >= ofBytes) {
            terminal.print(shown ? CLEARED : "");
            terminal.flush();
        } else if (now - start >= PATIENCE_NANOS && now - drawn >= PAUSE_NANOS) {
            drawn = now;
            int full = (int) (CELLS * bytes / ofBytes);
            terminal.print(CLEARED + work + " [" + "#".repeat(full) + ".".repeat(CELLS - full) + "] "
                    + ProgressLog.figures(bytes, ofBytes, now - start) + " " + what);
            terminal.flush();
        }
    }
}
