package dev.perigee.engine.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The most memory that this process has held. */
final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String KEY = "VmHWM:";
    private static final double KIBIBYTES = 1024.0;

    private PeakMemory() {}

    /** The peak resident size as Linux counts it; elsewhere the Java heap taken so far. */
    static double mebibytes() {
        try {
            for (String line : Files.exists(STATUS) ? Files.readAllLines(STATUS) : List.<String>of()) {
                if (line.startsWith(KEY)) {
                    String digits = line.substring(KEY.length()).replaceAll("\\D", "");
                    return Long.parseLong(digits) / KIBIBYTES;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(STATUS + " exists but cannot be read", e);
        }
        return Runtime.getRuntime().totalMemory() / (KIBIBYTES * KIBIBYTES);
    }
}
