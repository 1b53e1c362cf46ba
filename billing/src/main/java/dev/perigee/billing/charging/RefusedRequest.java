package dev.perigee.billing.charging;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.pricing.PriceBooks;

/**
 * A request that was refused before it was admitted.
 *
 * @param requestId 1 to {@link ChargeRequest#MAX_REQUEST_ID_LENGTH} characters
 * @param attribution whom it came from
 * @param model the model that was asked for, served or not, empty where none was named; longer names are cut
 * @param reason why; a {@linkplain RequestOutcome#refusal() refusal}
 */
public record RefusedRequest(String requestId, CostAttribution attribution, String model, RequestOutcome reason) {

    public RefusedRequest {
        ChargeRequest.checkRequestId(requestId);
        if (!reason.refusal()) {
            throw new IllegalArgumentException("reason is " + reason + ", must be a refusal");
        }
        model = model.replace("\0", "");
        if (model.length() > PriceBooks.MAX_MODEL_LENGTH) {
            model = model.substring(0, PriceBooks.MAX_MODEL_LENGTH);
        }
    }
}
