package dev.perigee.engine.scheduler;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How much time a sequence has, from its submission on.
 *
 * @param toBegin before a step takes it on for the first time
 * @param toEnd before its answer has ended, the time before it began included; {@code null} where that has no limit
 */
public record TimeLimits(Duration toBegin, @Nullable Duration toEnd) {

    /** In nanoseconds, what a sequence has that has begun, or that has not. */
    long nanos(boolean begun) {
        long end = toEnd == null ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(toEnd);
        return begun ? end : Math.min(end, TimeUnit.NANOSECONDS.convert(toBegin));
    }
}
