package dev.perigee.platform.admin;

import dev.perigee.billing.pricing.PriceBook;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.platform.web.JsonFields;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How prices read. A price is a decimal string, or a number, per million tokens. */
final class PriceFields {

    private static final Set<String> KNOWN =
            Set.of("model", "currency", "input", "cached_input", "output", "effective_from");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,12})?");
    private static final String FORM = "a price per million tokens such as \"0.15\", from 0 to 1000000 with at most "
            + Rate.DECIMALS_PER_MILLION + " decimals";

    private PriceFields() {}

    static JsonFields of(ObjectNode body) {
        return JsonFields.of(body, "", KNOWN);
    }

    static Currency currency(JsonFields fields) {
        Currency currency = TenantFields.currency(fields);
        if (currency == null) {
            throw fields.mustBe("currency", "an ISO 4217 code such as \"USD\"");
        }
        return currency;
    }

    static Rate rate(JsonFields fields, Currency currency) {
        return Rate.perMillion(
                currency, price(fields, "input"), price(fields, "cached_input"), price(fields, "output"));
    }

    private static BigDecimal price(JsonFields fields, String name) {
        JsonNode value = fields.value(name);
        String text =
                value == null || value.isContainer() ? "" : value.isNumber() ? value.toString() : value.asString("");
        if (!DECIMAL.matcher(text).matches() || !fits(new BigDecimal(text))) {
            throw fields.mustBe(name, FORM);
        }
        return new BigDecimal(text);
    }

    private static boolean fits(BigDecimal price) {
        return price.stripTrailingZeros().scale() <= Rate.DECIMALS_PER_MILLION
                && price.compareTo(BigDecimal.valueOf(1_000_000)) <= 0;
    }

    /** Refuses a model or currency that is not the book's. */
    static void requireSame(JsonFields fields, PriceBook book) {
        String model = fields.text("model", PriceBooks.MAX_MODEL_LENGTH);
        if (model != null && !model.equals(book.model())) {
            throw fields.mustBe("model", "that of the price book, or absent");
        }
        Currency currency = TenantFields.currency(fields);
        if (currency != null && !currency.equals(book.currency())) {
            throw fields.mustBe("currency", "that of the price book, or absent");
        }
    }
}
