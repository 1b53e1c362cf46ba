package dev.perigee.app.command;

import dev.perigee.app.start.StartFailedException;
import dev.perigee.engine.ModelLoadException;
import java.io.UncheckedIOException;

/** A failure in one line. */
final class OneLine {

    private OneLine() {}

    /** What went wrong, without a stack trace; empty where it was said already. */
    static String of(Exception failure) {
        return switch (failure) {
            case StartFailedException said -> "";
            case ModelLoadException refused -> of(refused.getMessage());
            case IllegalArgumentException refused -> of(refused.getMessage());
            case UncheckedIOException io -> of(String.valueOf(io.getCause()));
            case InterruptedException interrupted -> "interrupted";
            default -> "an error in Perigee itself, please report it: " + of(failure.toString()) + place(failure);
        };
    }

    static String of(@org.jspecify.annotations.Nullable String text) {
        return text == null
                ? "no reason was given"
                : text.replaceAll("\\s+", " ").strip();
    }

    private static String place(Exception failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length == 0 ? "" : " (at " + trace[0] + ")";
    }
}
