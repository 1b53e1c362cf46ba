package dev.perigee.platform.access;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.platform.apikey.ApiKey;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.tenancy.Tenants;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Knows callers of the data plane by their API keys; until then a caller has no tenant, so that the platform itself looks them up. */
final class ApiKeyAuthenticator implements Authenticator {

    private final ApiKeys apiKeys;
    private final Tenants tenants;

    ApiKeyAuthenticator(ApiKeys apiKeys, Tenants tenants) {
        this.apiKeys = apiKeys;
        this.tenants = tenants;
    }

    @Override
    public Optional<? extends Authentication> authenticate(HttpServletRequest request) {
        return Credentials.apiKey(request)
                .flatMap(key ->
                        RowScope.ofPlatform().call(() -> apiKeys.verify(key).flatMap(this::caller)));
    }

    /** A key of a tenant or project that is gone opens nothing. */
    private Optional<Authentication> caller(ApiKey key) {
        return tenants.findWithProject(key.tenantId(), key.projectId()).map(tenant -> {
            Caller caller = new Caller(tenant.id(), key.projectId(), key.id(), tenant.currency(), key.models());
            return UsernamePasswordAuthenticationToken.authenticated(caller, null, authorities(key));
        });
    }

    private static List<GrantedAuthority> authorities(ApiKey key) {
        return key.scopes().stream()
                .<GrantedAuthority>map(scope -> new SimpleGrantedAuthority(scope.name()))
                .toList();
    }
}
