package dev.perigee.platform.quota;

import org.jspecify.annotations.Nullable;

/**
 * The limits of one key, project or tenant.
 *
 * <p>Errors: {@link IllegalArgumentException} where a limit is not from 1 to {@link #MAX}.
 *
 * @param requestsPerMinute requests that may be let in, or {@code null} for no limit
 * @param tokensPerMinute tokens of prompts and answers, or {@code null} for no limit
 * @param concurrentRequests requests that may run at the same time, or {@code null} for no limit
 */
public record Quota(
        @Nullable Long requestsPerMinute,
        @Nullable Long tokensPerMinute,
        @Nullable Long concurrentRequests) {

    /** Highest limit. */
    public static final long MAX = 1_000_000_000L;

    /** No limit at all. */
    public static final Quota UNLIMITED = new Quota(null, null, null);

    public Quota {
        check("requestsPerMinute", requestsPerMinute);
        check("tokensPerMinute", tokensPerMinute);
        check("concurrentRequests", concurrentRequests);
    }

    private static void check(String name, @Nullable Long limit) {
        if (limit != null && (limit < 1 || limit > MAX)) {
            throw new IllegalArgumentException(name + " is " + limit + ", must be from 1 to " + MAX);
        }
    }
}
