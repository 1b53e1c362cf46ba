package dev.perigee.platform.web;

/** What kind of no an answer is; decides the HTTP status. */
public enum ProblemKind {
    /** The request itself is wrong. */
    INVALID(400),
    /** Nobody that we know. */
    UNAUTHENTICATED(401),
    /** Known, and not allowed. */
    FORBIDDEN(403),
    /** No such thing, or not the caller's. */
    NOT_FOUND(404),
    /** The address has no such method. */
    METHOD_NOT_ALLOWED(405),
    /** No form of the answer suits the caller. */
    NOT_ACCEPTABLE(406),
    /** It contradicts what is there. */
    CONFLICT(409),
    /** The body is longer than allowed. */
    TOO_LARGE(413),
    /** The body is not JSON by its own word. */
    UNSUPPORTED_MEDIA_TYPE(415),
    /** Well-formed, and never possible as it stands. */
    UNPROCESSABLE(422),
    /** Too much in too short a time. */
    RATE_LIMITED(429),
    /** What was allowed for the period is spent. */
    BUDGET_SPENT(429),
    /** A fault of this server. */
    INTERNAL(500),
    /** Not now. */
    UNAVAILABLE(503);

    private final int status;

    ProblemKind(int status) {
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
