package dev.perigee.platform.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Knows the administrator by the admin token. */
final class AdminAuthenticator implements Authenticator {

    static final String ADMIN = "ADMIN";

    private final AdminTokenVerifier verifier;

    AdminAuthenticator(AdminTokenVerifier verifier) {
        this.verifier = verifier;
    }

    @Override
    public Optional<? extends Authentication> authenticate(HttpServletRequest request) {
        return Credentials.bearer(request).filter(verifier::verify).map(token -> admin());
    }

    private static Authentication admin() {
        return UsernamePasswordAuthenticationToken.authenticated(
                "admin", null, List.of(new SimpleGrantedAuthority(ADMIN)));
    }
}
