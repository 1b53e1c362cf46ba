package dev.perigee.platform.audit;

/**
 * Who makes a change, and in which request.
 *
 * @param name the account, such as {@code admin}
 * @param requestId the id of the request, as in its answer and in the log
 */
public record AuditActor(String name, String requestId) {}
