package dev.perigee.billing.pricing;

import java.time.Instant;
import java.util.UUID;

/**
 * An immutable dated edition of a price.
 *
 * @param id identifier; a charge keeps it for ever
 * @param priceBookId the book that it belongs to
 * @param rate what a token costs
 * @param effectiveFrom first moment at which it is in force, until the next version is
 * @param createdAt when it was added
 */
public record PriceBookVersion(UUID id, UUID priceBookId, Rate rate, Instant effectiveFrom, Instant createdAt) {}
