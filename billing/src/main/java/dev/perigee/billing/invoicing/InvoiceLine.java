package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.time.YearMonth;
import java.util.UUID;

/**
 * What the tokens of one kind cost that one model used at one price.
 *
 * @param month when they were used
 * @param model the model
 * @param priceVersionId the price that was in force when the requests were admitted
 * @param part which tokens
 * @param tokens how many
 * @param pricePerToken of one token
 */
public record InvoiceLine(
        YearMonth month, String model, UUID priceVersionId, InvoicePart part, long tokens, Money pricePerToken) {

    /** The cost to the nano-unit. */
    public Money exact() {
        return pricePerToken.times(tokens);
    }

    /** The cost in whole smallest coins of the currency, half to even: the one rounding. */
    public Money rounded() {
        return exact().roundedToCoins();
    }
}
