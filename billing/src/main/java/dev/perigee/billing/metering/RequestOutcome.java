package dev.perigee.billing.metering;

import java.util.Locale;

/** How a request ended, or why it was refused. The stored word is the name in lower case. */
public enum RequestOutcome {
    /** The model ended its answer, or a stop string did. */
    COMPLETED(false),
    /** The answer reached its largest length. */
    LENGTH(false),
    /** The model called tools. */
    TOOL_CALLS(false),
    /** The client went away while it was answered, or the generation was cancelled for it. */
    CANCELLED(false),
    /** The generation broke. */
    FAILED(false),
    /** The process that ran it died, or never heard that it was admitted. */
    INTERRUPTED(false),
    /** The request was malformed, or asked for what is not offered. */
    INVALID_REQUEST(true),
    /** The prompt is longer than the model's context. */
    CONTEXT_LENGTH_EXCEEDED(true),
    /** No such model is served. */
    MODEL_NOT_FOUND(true),
    /** The key may not use this model. */
    MODEL_NOT_ALLOWED(true),
    /** The model has no price in the tenant's currency. */
    UNPRICED_MODEL(true),
    /** A rate or concurrency quota is exhausted. */
    RATE_LIMITED(true),
    /** A budget is spent. */
    BUDGET_EXHAUSTED(true),
    /** The idempotency key is another request's, or the same request's that runs or was billed. */
    REPEATED(true),
    /** The model's licence does not allow the use. */
    LICENSE_BLOCKED(true),
    /** The server is full. */
    OVERLOADED(true),
    /** The client went away before the model saw the request. */
    WITHDRAWN(true);

    private final boolean refusal;

    RequestOutcome(boolean refusal) {
        this.refusal = refusal;
    }

    /** Whether the model never saw the request. */
    public boolean refusal() {
        return refusal;
    }

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The outcome of this stored word. */
    public static RequestOutcome ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
