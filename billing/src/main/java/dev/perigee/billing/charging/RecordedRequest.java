package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is recorded of one request.
 *
 * @param requestId the request
 * @param attribution whom it belongs to
 * @param model the model that was asked for
 * @param occurredAt when it was admitted or refused
 * @param charge its reservation, or {@code null} where it was refused before it was admitted
 * @param measurement its usage row, or {@code null} while it runs, or where its process died before the first checkpoint
 */
public record RecordedRequest(
        String requestId,
        CostAttribution attribution,
        String model,
        Instant occurredAt,
        @Nullable Charge charge,
        @Nullable Measurement measurement) {

    /**
     * What was held.
     *
     * @param priceVersionId the price, fixed at admission
     * @param held the most that the request could cost
     * @param state where the reservation stands
     * @param resolvedAt when it left the state reserved, or {@code null}
     */
    public record Charge(
            UUID priceVersionId,
            Money held,
            ReservationState state,
            @Nullable Instant resolvedAt) {}

    /**
     * What was measured.
     *
     * @param outcome how it ended, or why it was refused
     * @param usage its tokens
     * @param cost what they cost
     * @param recordedAt when this was written
     * @param modelSha256 SHA-256 of the weights that answered, or {@code null} where it is not known
     * @param estimated whether this is the last checkpoint of a dead process, not the exact usage
     */
    public record Measurement(
            RequestOutcome outcome,
            MeasuredUsage usage,
            Money cost,
            Instant recordedAt,
            @Nullable String modelSha256,
            boolean estimated) {}
}
