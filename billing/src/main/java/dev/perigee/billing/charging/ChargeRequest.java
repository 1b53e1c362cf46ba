package dev.perigee.billing.charging;

import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks to be admitted.
 *
 * @param requestId 1 to {@link #MAX_REQUEST_ID_LENGTH} characters, never used before
 * @param attribution whom the cost belongs to
 * @param model the served model's name
 * @param promptTokens tokens of the prompt
 * @param maxOutputTokens the most tokens that can be generated; held at once where no hard budget applies
 * @param firstOutputTokens how many of them to hold at first where one does; the rest by {@link Charging#extend}
 * @param modelSha256 SHA-256 of the weights that will answer, 64 hexadecimal digits, or {@code null} where it is not known
 */
public record ChargeRequest(
        String requestId,
        CostAttribution attribution,
        String model,
        long promptTokens,
        long maxOutputTokens,
        long firstOutputTokens,
        @Nullable String modelSha256) {

    /** Most characters of a request id. */
    public static final int MAX_REQUEST_ID_LENGTH = 64;

    public ChargeRequest {
        checkRequestId(requestId);
        MeasuredUsage.checkTokens("promptTokens", promptTokens);
        MeasuredUsage.checkTokens("maxOutputTokens", maxOutputTokens);
        if (firstOutputTokens < 0 || firstOutputTokens > maxOutputTokens) {
            throw new IllegalArgumentException("firstOutputTokens is " + firstOutputTokens + ", must be from 0 to "
                    + maxOutputTokens + ", which is maxOutputTokens");
        }
    }

    /** A request that holds all of its answer at once, from weights that are not known. */
    public ChargeRequest(
            String requestId, CostAttribution attribution, String model, long promptTokens, long maxOutputTokens) {
        this(requestId, attribution, model, promptTokens, maxOutputTokens, maxOutputTokens, null);
    }

    static void checkRequestId(String requestId) {
        if (requestId.isBlank() || requestId.length() > MAX_REQUEST_ID_LENGTH) {
            throw new IllegalArgumentException("requestId has " + requestId.length() + " characters, must have 1 to "
                    + MAX_REQUEST_ID_LENGTH + " and not be blank");
        }
    }
}
