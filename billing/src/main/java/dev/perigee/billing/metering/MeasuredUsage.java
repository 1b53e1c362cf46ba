package dev.perigee.billing.metering;

/**
 * Tokens of one request, in disjoint parts.
 *
 * <p>Invariants: no part is negative or above {@link #MAX_TOKENS}; every token is in exactly one part. OpenAI's {@code prompt_tokens} is
 * {@link #inputTokens()}, its {@code completion_tokens} is {@link #outputTokens()}.
 *
 * @param uncachedInput prompt tokens that were computed
 * @param cachedInput prompt tokens taken from a cache
 * @param output generated tokens outside the reasoning
 * @param reasoning generated tokens of the reasoning
 */
public record MeasuredUsage(long uncachedInput, long cachedInput, long output, long reasoning) {

    /** Most tokens that a part of one request can have. */
    public static final long MAX_TOKENS = 1_000_000_000L;

    /** No token at all. */
    public static final MeasuredUsage NONE = new MeasuredUsage(0, 0, 0, 0);

    public MeasuredUsage {
        checkTokens("uncachedInput", uncachedInput);
        checkTokens("cachedInput", cachedInput);
        checkTokens("output", output);
        checkTokens("reasoning", reasoning);
    }

    /** Throws unless the count is from 0 to {@link #MAX_TOKENS}. */
    public static void checkTokens(String name, long tokens) {
        if (tokens < 0 || tokens > MAX_TOKENS) {
            throw new IllegalArgumentException(name + " is " + tokens + ", must be from 0 to " + MAX_TOKENS);
        }
    }

    /** All prompt tokens, the cached ones included. */
    public long inputTokens() {
        return uncachedInput + cachedInput;
    }

    /** All generated tokens, the reasoning ones included. */
    public long outputTokens() {
        return output + reasoning;
    }

    /** Whether no token was computed or taken from a cache. */
    public boolean isNone() {
        return equals(NONE);
    }
}
