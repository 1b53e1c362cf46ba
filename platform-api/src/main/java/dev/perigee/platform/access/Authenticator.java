package dev.perigee.platform.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.security.core.Authentication;

/** Tells who makes a request, if anyone that we know. */
@FunctionalInterface
interface Authenticator {

    Optional<? extends Authentication> authenticate(HttpServletRequest request);
}
