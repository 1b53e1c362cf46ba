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
 * @param held the most that the request may cost, so far
 * @param heldTokens the most tokens that it may take, of prompt and answer, so far
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

    /** Whether a usage of this cost and so many tokens is held. */
    public boolean covers(Money cost, long tokens) {
        return cost.nanos() <= held.nanos() && tokens <= heldTokens;
    }

    /** The same with this much more. */
    public Reservation extendedBy(Money more, long tokens) {
        return new Reservation(requestId, attribution, model, held.plus(more), heldTokens + tokens, price, reservedAt);
    }

    /** The same, admitted at another moment. */
    Reservation reservedAt(Instant moment) {
        return new Reservation(requestId, attribution, model, held, heldTokens, price, moment);
    }
}
