package dev.perigee.console;

import dev.perigee.platform.access.AdminTokenVerifier;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;

/** Signs an administrator in by the admin token alone; there is no name to type. */
final class AdminTokenAuthentication implements AuthenticationProvider {

    static final String ROLE = "ADMIN";

    private final AdminTokenVerifier adminTokenVerifier;

    AdminTokenAuthentication(AdminTokenVerifier adminTokenVerifier) {
        this.adminTokenVerifier = adminTokenVerifier;
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        if (!adminTokenVerifier.verify(String.valueOf(authentication.getCredentials()))) {
            throw new BadCredentialsException("not the admin token");
        }
        return UsernamePasswordAuthenticationToken.authenticated(
                "administrator", null, AuthorityUtils.createAuthorityList("ROLE_" + ROLE));
    }

    @Override
    public boolean supports(Class<?> type) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
