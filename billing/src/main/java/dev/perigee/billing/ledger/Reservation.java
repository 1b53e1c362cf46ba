package dev.perigee.billing.ledger;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import java.time.Instant;

/**
 * An amount that is held while a request runs.
 *
 * @param requestId the request; a request has one reservation
 * @param attribution whom the cost belongs to
 * @param model the served model's name
 * @param held the most that the request can cost
 * @param heldTokens the most tokens that it can take, of prompt and answer
 * @param price the price that was in force at admission; the request is charged by it whenever it ends
 * @param reservedAt when it was admitted, by the database's clock
 */
public record Reservation(
        String requestId,
        CostAttribution attribution,
        String model,
        Money held,
        long heldTokens,
        PriceBookVersion price,
        Instant reservedAt) {

    /** The same, admitted at another moment. */
    Reservation reservedAt(Instant moment) {
        return new Reservation(requestId, attribution, model, held, heldTokens, price, moment);
    }
}
