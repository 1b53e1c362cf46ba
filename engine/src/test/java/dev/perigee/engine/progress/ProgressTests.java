package dev.perigee.engine.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTests {

    private static final long SECOND = 1_000_000_000L;
    private static final long MEBI = 1 << 20;

    private final StringWriter terminal = new StringWriter();
    private final List<String> lines = new ArrayList<>();
    private long now;

    private ProgressBar bar() {
        return new ProgressBar("loading", new PrintWriter(terminal), () -> now);
    }

    private ProgressLog log() {
        return new ProgressLog("loading", lines::add, () -> now);
    }

    private void after(long nanos, Progress progress, long mebibytes) {
        now += nanos;
        progress.reached(mebibytes * MEBI, 100 * MEBI, "layer " + mebibytes);
    }

    @Test
    void barWhenWorkTakesLongIsDrawnAndTakenAway() {
        ProgressBar bar = bar();
        after(2 * SECOND, bar, 50);
        assertThat(terminal.toString())
                .isEqualTo("\r\u001b[Kloading [" + "#".repeat(15) + ".".repeat(15)
                        + "] 50 %: 50.0 of 100.0 MiB, 25 MiB/s layer 50");
        after(SECOND, bar, 100);
        assertThat(terminal.toString()).endsWith("layer 50\r\u001b[K");
    }

    @Test
    void barWhenWorkIsQuickIsNotDrawn() {
        ProgressBar bar = bar();
        after(SECOND / 2, bar, 50);
        after(SECOND / 4, bar, 100);
        assertThat(terminal.toString()).isEmpty();
    }

    @Test
    void barWhenHeardOftenIsDrawnFiveTimesASecond() {
        ProgressBar bar = bar();
        now = SECOND;
        for (int i = 0; i < 99; i++) {
            after(SECOND / 50, bar, i);
        }
        assertThat(terminal.toString().split("loading", -1)).hasSize(11);
    }

    @Test
    void logWhenWorkTakesLongHasALineEveryTenSecondsAndOneAtTheEnd() {
        ProgressLog log = log();
        for (int i = 1; i <= 25; i++) {
            after(SECOND, log, i);
        }
        after(SECOND, log, 100);
        assertThat(lines)
                .containsExactly(
                        "loading 10 %: 10.0 of 100.0 MiB, 1 MiB/s, layer 10",
                        "loading 20 %: 20.0 of 100.0 MiB, 1 MiB/s, layer 20",
                        "loading 100 %: 100.0 of 100.0 MiB, 4 MiB/s, layer 100");
    }

    @Test
    void logWhenWorkIsQuickHasNoLine() {
        ProgressLog log = log();
        after(SECOND, log, 50);
        after(SECOND, log, 100);
        assertThat(lines).isEmpty();
    }
}
