package dev.perigee.platform.access;

import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import dev.perigee.platform.web.ProblemWriter;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.access.intercept.AuthorizationFilter;

/** What the chains of both APIs have in common: no state, and answers in the dialect of the address. */
final class Doors {

    private final ProblemWriter writer;

    Doors(ProblemWriter writer) {
        this.writer = writer;
    }

    /** Makes a chain stateless and lets it say no with these problems. */
    HttpSecurity close(HttpSecurity http, Problem unknown, Problem denied) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(handling -> handling.authenticationEntryPoint(
                                (request, response, e) -> writer.write(unknown, request, response))
                        .accessDeniedHandler((request, response, e) -> writer.write(denied, request, response)));
    }

    /** The same, with callers known by this authenticator. */
    HttpSecurity close(HttpSecurity http, Authenticator authenticator, Problem unknown, Problem denied) {
        return close(http, unknown, denied)
                .addFilterBefore(new CredentialFilter(authenticator), AuthorizationFilter.class);
    }

    static Problem unauthenticated(String code, String message) {
        return Problem.of(ProblemKind.UNAUTHENTICATED, code, message);
    }

    static Problem forbidden(String message) {
        return Problem.of(ProblemKind.FORBIDDEN, "forbidden", message);
    }
}
