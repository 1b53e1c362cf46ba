package dev.perigee.platform.quota;

import java.util.UUID;

/**
 * A request that asks to be let in.
 *
 * @param requestId the request, asked for once
 * @param caller whose limits apply
 * @param promptTokens tokens of its prompt
 */
public record QuotaClaim(String requestId, Caller caller, long promptTokens) {

    public QuotaClaim {
        if (promptTokens < 0 || promptTokens > Quota.MAX) {
            throw new IllegalArgumentException("promptTokens is " + promptTokens + ", must be from 0 to " + Quota.MAX);
        }
    }

    /** The key, its project and its tenant. */
    public record Caller(UUID apiKeyId, UUID projectId, UUID tenantId) {}
}
