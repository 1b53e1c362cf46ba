package dev.perigee.billing.charging;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What a usage report is about.
 *
 * <p>Errors: {@link IllegalArgumentException} naming {@code from} or {@code to} where they are out of order, or more than
 * {@link #LONGEST_BY_DAY} apart and grouped by day.
 *
 * @param tenantId the tenant
 * @param currency the tenant's one currency
 * @param timeZone where days begin, the tenant's
 * @param from first moment of admission
 * @param to moment of admission before which requests count, that is exclusive
 * @param groupBy dimensions of the groups; empty for the total only
 */
public record UsageQuery(
        UUID tenantId, Currency currency, ZoneId timeZone, Instant from, Instant to, Set<UsageDimension> groupBy) {

    /** Longest time that can be grouped by day. */
    public static final Duration LONGEST_BY_DAY = Duration.ofDays(3660);

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    public UsageQuery {
        groupBy = Set.copyOf(groupBy);
        if (from.isBefore(EARLIEST) || to.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    "from is " + from + " and to is " + to + ", must be from " + EARLIEST + " to " + LATEST);
        }
        if (from.isAfter(to)) {
            throw new IllegalArgumentException("from is " + from + ", must not be after to, which is " + to);
        }
        boolean tooLong = Duration.between(from, to).compareTo(LONGEST_BY_DAY) > 0;
        if (tooLong && groupBy.contains(UsageDimension.DAY)) {
            throw new IllegalArgumentException("from is " + from + ", must be at most " + LONGEST_BY_DAY.toDays()
                    + " days before to, which is " + to + ", to group by day");
        }
    }

    /** The days that the query touches, in order; empty where it does not group by day. */
    List<LocalDate> days() {
        if (!groupBy.contains(UsageDimension.DAY) || from.equals(to)) {
            return List.of();
        }
        LocalDate first = from.atZone(timeZone).toLocalDate();
        LocalDate last = to.minusNanos(1).atZone(timeZone).toLocalDate();
        return first.datesUntil(last.plusDays(1)).toList();
    }
}
