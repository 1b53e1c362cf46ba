package dev.perigee.billing.ledger;

import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import java.time.Instant;

/**
 * An amount that is held while a request runs.
 *
 * @param requestId the request; a request has one reservation
 * @param held the most that the request can cost
 * @param price the price that was in force at admission; the request is charged by it whenever it ends
 * @param reservedAt when it was admitted, by the database's clock
 */
public record Reservation(String requestId, Money held, PriceBookVersion price, Instant reservedAt) {}
