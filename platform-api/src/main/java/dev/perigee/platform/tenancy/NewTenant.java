package dev.perigee.platform.tenancy;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Currency;

/**
 * A tenant that is to be made.
 *
 * @param name 1 to {@link Names#MAX_LENGTH} characters
 * @param timeZone where its days begin
 * @param currency what it pays in
 */
public record NewTenant(String name, ZoneId timeZone, Currency currency) {

    public NewTenant {
        Names.check(name);
    }

    /** A tenant of this name in UTC that pays in US dollars. */
    public static NewTenant named(String name) {
        return new NewTenant(name, ZoneOffset.UTC, Currency.getInstance("USD"));
    }
}
