package dev.perigee.platform.tenancy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Currency;
import java.util.UUID;

/**
 * A customer.
 *
 * @param id identifier
 * @param name what people call it; need not be unique
 * @param timeZone where its days and months begin
 * @param currency the one currency of everything that it is charged
 * @param defaultProjectId the project of keys that name none
 * @param createdAt when it was made
 */
public record Tenant(
        UUID id, String name, ZoneId timeZone, Currency currency, UUID defaultProjectId, Instant createdAt) {}
