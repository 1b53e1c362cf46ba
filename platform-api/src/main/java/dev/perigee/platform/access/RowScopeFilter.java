package dev.perigee.platform.access;

import dev.perigee.billing.isolation.RowScope;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Lets a request see the rows that are its caller's to see, once it is authorised; whoever is unknown sees none. */
public final class RowScopeFilter extends OncePerRequestFilter {

    private final Function<Authentication, RowScope> scope;

    private RowScopeFilter(Function<Authentication, RowScope> scope) {
        this.scope = scope;
    }

    /** The rows of the {@link Caller}'s tenant. */
    public static RowScopeFilter ofCaller() {
        return new RowScopeFilter(RowScopeFilter::ofCaller);
    }

    /** All rows: where only administrators are authorised. */
    public static RowScopeFilter ofPlatform() {
        return new RowScopeFilter(authentication -> RowScope.ofPlatform());
    }

    private static RowScope ofCaller(Authentication authentication) {
        if (authentication.getPrincipal() instanceof Caller caller) {
            return RowScope.ofTenant(caller.tenantId());
        }
        throw new AssertionError("the data plane lets in callers only, not " + authentication);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        @Nullable Authentication caller = SecurityContextHolder.getContext().getAuthentication();
        if (caller == null || caller instanceof AnonymousAuthenticationToken) {
            chain.doFilter(request, response);
            return;
        }
        try {
            scope.apply(caller).call(() -> {
                chain.doFilter(request, response);
                return true;
            });
        } catch (ServletException | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("a filter throws nothing else", e);
        }
    }
}
