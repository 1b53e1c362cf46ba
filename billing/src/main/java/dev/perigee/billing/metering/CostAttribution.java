package dev.perigee.billing.metering;

import java.util.Currency;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom a cost belongs to.
 *
 * <p>Invariants: a tenant has one currency for ever; a second one is refused at admission.
 *
 * @param tenantId the customer
 * @param projectId the customer's sub-account
 * @param apiKeyId the credential that was used
 * @param currency the tenant's one currency
 * @param endUserHash keyed hash of the end user in lower-case hex (at most 128 digits), or {@code null} where the request named none;
 *     never the end user itself
 */
public record CostAttribution(
        UUID tenantId,
        UUID projectId,
        UUID apiKeyId,
        Currency currency,
        @Nullable String endUserHash) {

    private static final Pattern HEX = Pattern.compile("([0-9a-f]{2}){8,64}");

    public CostAttribution {
        if (endUserHash != null && !HEX.matcher(endUserHash).matches()) {
            throw new IllegalArgumentException("endUserHash must be 16 to 128 lower-case hex digits");
        }
    }
}
