package dev.perigee.billing.charging;

import java.util.Optional;

/**
 * The read side: what was recorded, summed or one by one.
 *
 * <p>Threads: safe; every answer comes from the database in one consistent read.
 */
public interface UsageReport {

    /** Sums of what a tenant's requests used, counted to the moment of admission. */
    UsageSummary summarise(UsageQuery query);

    /** Everything that is recorded of one request, whoever's it is: the caller checks the tenant. */
    Optional<RecordedRequest> find(String requestId);
}
