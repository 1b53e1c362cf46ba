package dev.perigee.billing.charging;

import dev.perigee.billing.money.Money;

/**
 * Sums over requests.
 *
 * @param requests requests that were admitted and have ended
 * @param refusedRequests requests that were refused; they are not in {@code requests}
 * @param inputTokens prompt tokens, the cached ones included
 * @param cachedInputTokens prompt tokens taken from a cache
 * @param outputTokens generated tokens, the reasoning ones included
 * @param reasoningTokens generated tokens of the reasoning
 * @param cost what the requests cost
 */
public record UsageSums(
        long requests,
        long refusedRequests,
        long inputTokens,
        long cachedInputTokens,
        long outputTokens,
        long reasoningTokens,
        Money cost) {}
