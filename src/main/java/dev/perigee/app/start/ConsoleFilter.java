package dev.perigee.app.start;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * What of the log a terminal hears: warnings. While the platform starts, only Perigee's own, because a failed start is
 * said in one line and the libraries' complaints about it only repeat that.
 */
public final class ConsoleFilter extends Filter<ILoggingEvent> {

    private static final String OWN = "dev.perigee.";

    private static volatile boolean started;

    /** A start begins: only Perigee's own warnings are heard until it is over. */
    public static void starting() {
        started = false;
    }

    /** The start is over: every warning is heard. */
    static void started() {
        started = true;
    }

    @Override
    public FilterReply decide(ILoggingEvent event) {
        boolean heard = event.getLevel().isGreaterOrEqual(Level.WARN)
                && (started || event.getLoggerName().startsWith(OWN));
        return heard ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
}
