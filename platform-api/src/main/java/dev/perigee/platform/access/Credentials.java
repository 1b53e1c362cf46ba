package dev.perigee.platform.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** Finds what a caller presents. More than one credential, unless they are equal, is as good as none. */
final class Credentials {

    private static final String BEARER = "bearer ";
    private static final String API_KEY_HEADER = "x-api-key";

    private Credentials() {}

    /** The token of the one {@code Authorization: Bearer} header. */
    static Optional<String> bearer(HttpServletRequest request) {
        List<String> headers = headers(request, HttpHeaders.AUTHORIZATION);
        if (headers.size() != 1 || !headers.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        return Optional.of(headers.getFirst().substring(BEARER.length()).strip());
    }

    /** The API key of either header, or of both where they agree. */
    static Optional<String> apiKey(HttpServletRequest request) {
        List<String> keys = headers(request, API_KEY_HEADER);
        if (keys.isEmpty()) {
            return bearer(request);
        }
        String key = keys.getFirst().strip();
        boolean alone = headers(request, HttpHeaders.AUTHORIZATION).isEmpty();
        boolean agreed = alone || bearer(request).filter(key::equals).isPresent();
        return keys.size() == 1 && agreed ? Optional.of(key) : Optional.empty();
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }
}
