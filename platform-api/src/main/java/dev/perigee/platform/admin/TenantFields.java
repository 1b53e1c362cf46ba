package dev.perigee.platform.admin;

import dev.perigee.platform.tenancy.Names;
import dev.perigee.platform.web.JsonFields;
import java.time.ZoneId;
import java.time.zone.ZoneRulesProvider;
import java.util.Currency;
import org.jspecify.annotations.Nullable;

/** Fields that bodies of tenants, projects and keys share. */
final class TenantFields {

    private static final int MAX_WORD = 64;

    private TenantFields() {}

    static @Nullable String name(JsonFields fields) {
        String name = fields.text("name", Names.MAX_LENGTH);
        if (name == null) {
            return null;
        }
        try {
            Names.check(name);
            return name;
        } catch (IllegalArgumentException e) {
            throw fields.mustBe("name", "more than blanks, without control characters");
        }
    }

    static String requiredName(JsonFields fields) {
        String name = name(fields);
        if (name == null) {
            throw fields.mustBe("name", "a string");
        }
        return name;
    }

    static @Nullable ZoneId timeZone(JsonFields fields) {
        String name = fields.text("time_zone", MAX_WORD);
        if (name == null) {
            return null;
        }
        if (!ZoneRulesProvider.getAvailableZoneIds().contains(name)) {
            throw fields.mustBe("time_zone", "an IANA time zone such as \"Europe/Oslo\" or \"UTC\"");
        }
        return ZoneId.of(name);
    }

    static @Nullable Currency currency(JsonFields fields) {
        String code = fields.text("currency", MAX_WORD);
        if (code == null) {
            return null;
        }
        try {
            Currency currency = Currency.getInstance(code);
            if (currency.getDefaultFractionDigits() >= 0) {
                return currency;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw fields.mustBe("currency", "an ISO 4217 code such as \"USD\"");
    }
}
