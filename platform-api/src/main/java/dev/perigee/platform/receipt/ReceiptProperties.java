package dev.perigee.platform.receipt;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How receipts are signed.
 *
 * @param keyLifetime How long a node signs with one key before it makes a new one; old keys stay published. At least one hour.
 * @param period How often what was settled is signed. From 100 milliseconds to one hour.
 */
@ConfigurationProperties("perigee.receipts")
record ReceiptProperties(
        @DefaultValue("90d") Duration keyLifetime,
        @DefaultValue("1s") Duration period) {

    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);
    private static final Duration HOUR = Duration.ofHours(1);

    ReceiptProperties {
        if (keyLifetime.compareTo(HOUR) < 0) {
            throw new IllegalArgumentException(
                    "perigee.receipts.key-lifetime is " + keyLifetime + ", must be at least 1h");
        }
        if (period.compareTo(SHORTEST_PERIOD) < 0 || period.compareTo(HOUR) > 0) {
            throw new IllegalArgumentException("perigee.receipts.period is " + period + ", must be from 100ms to 1h");
        }
    }
}
