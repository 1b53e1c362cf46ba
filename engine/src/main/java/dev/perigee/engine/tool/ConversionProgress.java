package dev.perigee.engine.tool;

import dev.perigee.engine.progress.Progress;
import java.io.PrintStream;

/** Says that a conversion has come to its end, and before it what {@link Progress} says. */
final class ConversionProgress implements Progress {

    private final Progress shown;
    private final PrintStream out;

    ConversionProgress(PrintStream out) {
        this.out = out;
        this.shown = Progress.of("converting", out::println);
    }

    @Override
    public void reached(long bytes, long ofBytes, String what) {
        shown.reached(bytes, ofBytes, what);
        if (bytes >= ofBytes) {
            out.println("converted 100 %: " + ofBytes + " bytes of tensors");
        }
    }
}
