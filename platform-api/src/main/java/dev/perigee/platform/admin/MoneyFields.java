package dev.perigee.platform.admin;

import dev.perigee.billing.money.Money;
import dev.perigee.platform.web.JsonFields;
import java.util.Currency;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** How money reads: {@code {"amount":"12.5","currency":"USD"}}. */
final class MoneyFields {

    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    private MoneyFields() {}

    /** The amount, where it is in the tenant's currency. */
    static Money read(JsonFields fields, Currency currency) {
        JsonNode amount = fields.value("amount");
        if (amount == null
                || !amount.isString()
                || !AMOUNT.matcher(amount.stringValue()).matches()) {
            throw fields.mustBe(
                    "amount", "a decimal string such as \"12.5\", below 1000000000, with at most 9 decimals");
        }
        Currency given = TenantFields.currency(fields);
        if (given == null || !given.equals(currency)) {
            throw fields.mustBe("currency", "the tenant's, \"" + currency.getCurrencyCode() + "\"");
        }
        return Money.of(amount.stringValue(), currency.getCurrencyCode());
    }
}
