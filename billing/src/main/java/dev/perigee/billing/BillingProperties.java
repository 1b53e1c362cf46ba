package dev.perigee.billing;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of billing.
 *
 * @param lease How long a platform counts as living after it last said so: what a killed one held is expired then. From 1 second to
 *     1 hour.
 * @param settleDeadline How long a finished request waits for a database that is away before its usage is given up. From 0 to 1 hour.
 */
@ConfigurationProperties("perigee.billing")
record BillingProperties(
        @DefaultValue("30s") Duration lease,
        @DefaultValue("60s") Duration settleDeadline) {

    BillingProperties {
        check("perigee.billing.lease", lease, Duration.ofSeconds(1));
        check("perigee.billing.settle-deadline", settleDeadline, Duration.ZERO);
    }

    private static void check(String name, Duration value, Duration least) {
        Duration most = Duration.ofHours(1);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", must be from " + least.toSeconds() + "s to " + most.toHours() + "h");
        }
    }
}
