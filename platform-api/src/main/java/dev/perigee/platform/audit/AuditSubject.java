package dev.perigee.platform.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is changed.
 *
 * @param type its kind, such as {@code api_key}
 * @param id its id
 * @param tenantId the customer it belongs to; null where it belongs to the platform
 */
public record AuditSubject(String type, UUID id, @Nullable UUID tenantId) {}
