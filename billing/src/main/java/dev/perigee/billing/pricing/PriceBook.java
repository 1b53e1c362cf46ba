package dev.perigee.billing.pricing;

import java.util.Currency;
import java.util.List;
import java.util.UUID;

/**
 * The dated prices of one model in one currency.
 *
 * @param id identifier
 * @param model the served model's name
 * @param currency the currency of every version
 * @param versions all versions, the latest {@code effectiveFrom} first; never empty
 */
public record PriceBook(UUID id, String model, Currency currency, List<PriceBookVersion> versions) {

    public PriceBook {
        versions = List.copyOf(versions);
    }
}
