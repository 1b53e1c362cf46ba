package dev.perigee.platform.apikey;

import dev.perigee.platform.tenancy.Names;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key that is to be made.
 *
 * @param tenantId whose it will be
 * @param projectId the project that pays, or {@code null} for the tenant's default project
 * @param name 1 to 100 characters
 * @param models the models that it may ask for; empty for all
 * @param scopes what it may do; at least one
 * @param expiresAt when it stops working, or {@code null} for never
 */
public record NewApiKey(
        UUID tenantId,
        @Nullable UUID projectId,
        String name,
        Set<String> models,
        Set<ApiKeyScope> scopes,
        @Nullable Instant expiresAt) {

    public NewApiKey {
        Names.check(name);
        models = Set.copyOf(models);
        scopes = Set.copyOf(scopes);
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("scopes is empty, must hold at least one");
        }
    }

    /** A key of a tenant's default project that may do everything for ever. */
    public static NewApiKey of(UUID tenantId, String name) {
        return new NewApiKey(tenantId, null, name, Set.of(), EnumSet.allOf(ApiKeyScope.class), null);
    }
}
