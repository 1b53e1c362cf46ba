package dev.perigee.platform.apikey;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A credential, without its secret.
 *
 * @param id identifier
 * @param tenantId whose requests are made with it
 * @param projectId the project that pays
 * @param name what people call it
 * @param prefix its first characters, by which people recognise it
 * @param models the models that it may ask for; empty for all
 * @param scopes what it may do
 * @param createdAt when it was made
 * @param expiresAt when it stops working, or {@code null} for never
 * @param revokedAt when it was revoked, or {@code null}
 * @param lastUsedAt when it was last used, to the minute, or {@code null} for never
 * @param state what it is worth now
 */
public record ApiKey(
        UUID id,
        UUID tenantId,
        UUID projectId,
        String name,
        String prefix,
        Set<String> models,
        Set<ApiKeyScope> scopes,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt,
        State state) {

    public ApiKey {
        models = Set.copyOf(models);
        scopes = Set.copyOf(scopes);
    }

    /** What a key is worth, by the database's clock at the moment it was read. */
    public enum State {
        /** It opens. */
        ACTIVE,
        /** Its time is over. */
        EXPIRED,
        /** It was taken back. */
        REVOKED
    }
}
