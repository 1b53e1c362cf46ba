package dev.perigee.platform.tenancy;

import java.time.Instant;
import java.util.UUID;

/**
 * A sub-account of a tenant.
 *
 * @param id identifier
 * @param tenantId whose it is
 * @param name what people call it; need not be unique
 * @param createdAt when it was made
 */
public record Project(UUID id, UUID tenantId, String name, Instant createdAt) {}
