package dev.perigee.billing;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of billing.
 *
 * @param lease How long a platform counts as living after it last said so. From 1 second to 1 hour.
 * @param settleDeadline How long a finished request waits for a database that is away before its answer fails; it is settled later all the
 *     same. From 0 to 1 hour.
 * @param grace How long after its lease has ended a platform is taken for dead: what it held is billed by its last checkpoint then, as an
 *     estimate, and the rest stays held until its journal is replayed or an administrator gives it up. From 0 to 1 day.
 * @param journalFolder Where the counts of running requests are kept. Default: usage-journal in the data directory.
 * @param maxRunning How many requests can run at the same time. From 1 to 1 million.
 * @param mostTogether How many charges of the same time share one transaction at the most. From 1, where each has its own, to 1000.
 */
@ConfigurationProperties("perigee.billing")
record BillingProperties(
        @DefaultValue("30s") Duration lease,
        @DefaultValue("60s") Duration settleDeadline,
        @DefaultValue("30s") Duration grace,
        @Nullable Path journalFolder,
        @DefaultValue("4096") int maxRunning,
        @DefaultValue("64") int mostTogether) {

    BillingProperties {
        check("perigee.billing.lease", lease, Duration.ofSeconds(1), Duration.ofHours(1));
        check("perigee.billing.settle-deadline", settleDeadline, Duration.ZERO, Duration.ofHours(1));
        check("perigee.billing.grace", grace, Duration.ZERO, Duration.ofDays(1));
        check("perigee.billing.max-running", maxRunning, 1_000_000);
        check("perigee.billing.most-together", mostTogether, 1_000);
    }

    private static void check(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be from 1 to " + most);
        }
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", must be from " + least.toSeconds() + "s to " + most.toHours() + "h");
        }
    }
}
