package dev.perigee.platform.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the log.
 *
 * @param number its place, from 1 without gaps
 * @param at when it was appended
 * @param action what was done, such as {@code quota.set}
 * @param before the subject's state until then as JSON; null for something new
 * @param after the subject's state from then on as JSON; null for something gone
 */
public record AuditEntry(
        long number,
        Instant at,
        AuditActor actor,
        String action,
        AuditSubject subject,
        @Nullable String before,
        @Nullable String after) {}
