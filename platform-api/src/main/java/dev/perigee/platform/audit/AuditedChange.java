package dev.perigee.platform.audit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a change answers and how the log tells it.
 *
 * @param result what the caller wants of it
 * @param subject what was changed
 * @param before its state until now; null for something new
 * @param after its state from now on; null for something gone
 */
public record AuditedChange<T>(
        T result,
        AuditSubject subject,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {}
