package dev.perigee.billing.charging;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.Set;
import java.util.UUID;

/**
 * What a usage report is about.
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

    public UsageQuery {
        groupBy = Set.copyOf(groupBy);
        if (from.isAfter(to)) {
            throw new IllegalArgumentException("from is " + from + ", must not be after to, which is " + to);
        }
    }
}
