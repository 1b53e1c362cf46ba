package dev.perigee.billing.metering;

import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one request.
 *
 * @param requestId the request, which is the event's identity
 * @param attribution whom it belongs to
 * @param model the model that was asked for
 * @param outcome how it ended, or why it was refused
 * @param usage its tokens; none where it was refused
 * @param charge what was charged, or {@code null} where it was refused before it was admitted
 * @param estimated whether this is the last checkpoint of a dead process, not the exact usage
 */
public record UsageEvent(
        String requestId,
        CostAttribution attribution,
        String model,
        RequestOutcome outcome,
        MeasuredUsage usage,
        @Nullable Charge charge,
        boolean estimated) {

    public UsageEvent {
        if (outcome.refusal() && !usage.isNone()) {
            throw new IllegalArgumentException("usage is " + usage + ", must be none where the outcome is " + outcome);
        }
    }

    /**
     * What was charged.
     *
     * @param priceVersionId the price, fixed at admission
     * @param cost tokens times price
     * @param admittedAt when the request was admitted
     */
    public record Charge(UUID priceVersionId, Money cost, Instant admittedAt) {}
}
