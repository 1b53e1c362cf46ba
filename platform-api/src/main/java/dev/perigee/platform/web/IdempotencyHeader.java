package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The header {@code Idempotency-Key}: the caller's own name for a request. */
public final class IdempotencyHeader {

    /** The header's name. */
    public static final String NAME = "Idempotency-Key";

    /** Most characters of a key. */
    public static final int MAX_LENGTH = 255;

    private IdempotencyHeader() {}

    /**
     * The key of a request, or {@code null} where it has none.
     *
     * @throws ProblemException where there is more than one, or it is not 1 to {@link #MAX_LENGTH} visible ASCII characters
     */
    public static @Nullable String of(HttpServletRequest request) {
        List<String> keys = Collections.list(request.getHeaders(NAME));
        if (keys.isEmpty()) {
            return null;
        }
        if (keys.size() > 1) {
            throw invalid("There are " + keys.size() + " " + NAME + " headers, may be one.");
        }
        String key = keys.getFirst();
        if (key.isEmpty() || key.length() > MAX_LENGTH || key.chars().anyMatch(c -> c < '!' || c > '~')) {
            throw invalid("The " + NAME + " has " + key.length() + " characters, must be 1 to " + MAX_LENGTH
                    + " visible ASCII characters, without spaces.");
        }
        return key;
    }

    private static ProblemException invalid(String message) {
        return new ProblemException(Problem.invalid("invalid_idempotency_key", null, message));
    }
}
