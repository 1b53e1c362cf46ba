package dev.perigee.platform.admin;

import dev.perigee.platform.audit.AuditActor;
import dev.perigee.platform.audit.AuditLog;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.web.RequestId;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Objects;
import java.util.function.Supplier;

/** Makes the changes that requests ask for, each with its entry in the audit log. Threads: safe. */
final class Changes {

    private final AuditLog log;

    Changes(AuditLog log) {
        this.log = log;
    }

    /**
     * Runs a change in one transaction with its entry; where it throws, neither is there.
     *
     * @param action what is done, such as {@code quota.set}
     */
    <T> T make(HttpServletRequest request, String action, Supplier<AuditedChange<T>> change) {
        Principal principal = Objects.requireNonNull(request.getUserPrincipal(), "the admin API lets no stranger in");
        return log.recorded(new AuditActor(principal.getName(), RequestId.of(request)), action, change);
    }
}
