package dev.perigee.platform.apikey;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The platform's API keys.
 *
 * <p>Threads: safe; every answer comes from the database, so that a revocation counts at once on every node. Errors:
 * {@link org.springframework.dao.DataAccessException} where it is away.
 */
public interface ApiKeys {

    /**
     * Makes a key.
     *
     * @return the first that applies of {@link ApiKeyIssue.UnknownTenant}, {@link ApiKeyIssue.UnknownProject},
     *     {@link ApiKeyIssue.AlreadyExpired}, {@link ApiKeyIssue.Issued}
     */
    ApiKeyIssue issue(NewApiKey key);

    /** The active key that a caller presents, or nothing: no word about why. */
    Optional<ApiKey> verify(String presented);

    /** The key with this id, whatever its state. */
    Optional<ApiKey> find(UUID id);

    /**
     * A tenant's keys from the oldest on, whatever their state.
     *
     * @param after the key before the first one wanted, or {@code null} for the first of all
     * @param limit how many at most
     */
    List<ApiKey> list(UUID tenantId, @Nullable UUID after, int limit);

    /** Takes a key back, at once. Whether there is one with this id; it may have been revoked before. */
    boolean revoke(UUID id);

    /**
     * Makes a key like this one; this one ends after the overlap, or when it would have ended anyway.
     *
     * @return the new key, or nothing where there is no active key with this id
     */
    Optional<ApiKeyIssue.Issued> rotate(UUID id, Duration overlap);
}
