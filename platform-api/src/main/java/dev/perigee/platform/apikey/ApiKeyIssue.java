package dev.perigee.platform.apikey;

import java.time.Instant;
import java.util.UUID;

/** What became of {@link ApiKeys#issue}, in order of precedence. */
public sealed interface ApiKeyIssue {

    /** There is no such tenant. */
    record UnknownTenant(UUID tenantId) implements ApiKeyIssue {}

    /** The tenant has no such project. */
    record UnknownProject(UUID projectId) implements ApiKeyIssue {}

    /** The key would be expired at birth. */
    record AlreadyExpired(Instant expiresAt) implements ApiKeyIssue {}

    /** The key is there, and its secret for this once. */
    record Issued(ApiKey apiKey, ApiKeySecret secret) implements ApiKeyIssue {}
}
