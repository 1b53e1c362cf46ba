package dev.perigee.platform.audit;

import java.util.List;
import java.util.function.Supplier;

/**
 * Makes changes that leave a trace.
 *
 * <pre>{@code
 * Quota quota = audit.recorded(actor, "quota.set", () -> {
 *     JsonNode before = form(quotas.find(scope, id));
 *     quotas.set(scope, id, wanted);
 *     return new AuditedChange<>(wanted, subject, before, form(wanted));
 * });
 * }</pre>
 *
 * <p>Threads: safe; changes of all nodes are appended one after another. Errors: {@link org.springframework.dao.DataAccessException} where the
 * database is away.
 */
public interface AuditLog {

    /**
     * Runs a change and appends its entry in one transaction; where the change throws, neither is there.
     *
     * @param change must use the transaction that runs
     */
    <T> T recorded(AuditActor actor, String action, Supplier<AuditedChange<T>> change);

    /**
     * Entries, the oldest first.
     *
     * @param after the number behind which to begin; 0 for the beginning
     */
    List<AuditEntry> list(long after, int limit);

    /** Reads the whole log and says whether it is as it was written. */
    AuditVerdict verify();
}
