package dev.perigee.platform.quota;

import dev.perigee.billing.metering.LimitScope;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The limit that refused a request, with its counters of that moment.
 *
 * @param scope whose limit
 * @param measure of what
 * @param counters limit, used and asked for
 * @param decidedAt when, by the database's clock
 * @param retryAfter when there would be room, or {@code null} where there never is: more is asked for than the whole limit, or room comes
 *     only when another request ends
 */
public record ExhaustedQuota(
        LimitScope scope,
        QuotaMeasure measure,
        Counters counters,
        Instant decidedAt,
        @Nullable Duration retryAfter) {

    /** How many are allowed, are used, and were asked for. */
    public record Counters(long limit, long used, long asked) {}

    /** Whether the request is larger than the limit, so that waiting does not help. */
    public boolean tooLarge() {
        return counters.asked() > counters.limit();
    }

    /** When there would be room, where that is known. */
    public @Nullable Instant resetsAt() {
        return retryAfter == null ? null : decidedAt.plus(retryAfter);
    }
}
