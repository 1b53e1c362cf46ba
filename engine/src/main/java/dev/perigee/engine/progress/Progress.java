package dev.perigee.engine.progress;

import java.io.Console;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears how far a long piece of work has come.
 *
 * <p>Threads: that of the work.
 */
@FunctionalInterface
public interface Progress {

    /** Nobody listens. */
    Progress NONE = (bytes, ofBytes, what) -> {};

    /**
     * So many bytes are done; all of them at the end.
     *
     * @param what was done last
     */
    void reached(long bytes, long ofBytes, String what);

    /**
     * What tells whoever looks on: a bar where the program talks to a terminal, otherwise a log line every ten seconds. Work that takes less than
     * a second goes unmentioned.
     *
     * @param work in a word or two, such as {@code loading}
     */
    static Progress of(String work) {
        return of(work, ProgressLog::log);
    }

    /** The same by log lines alone, for work beside which others write to the terminal. */
    static Progress logged(String work) {
        return new ProgressLog(work, ProgressLog::log, System::nanoTime);
    }

    /** The same with these lines in place of the log's. */
    static Progress of(String work, Consumer<String> lines) {
        @Nullable Console console = System.console();
        return console != null && console.isTerminal()
                ? new ProgressBar(work, console.writer(), System::nanoTime)
                : new ProgressLog(work, lines, System::nanoTime);
    }
}
