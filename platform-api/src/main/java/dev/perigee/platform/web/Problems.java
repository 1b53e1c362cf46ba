package dev.perigee.platform.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;

/** The problems that the web layer itself has with a request. */
final class Problems {

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(5);

    private Problems() {}

    /** The database is away, or busy for longer than a request may wait. */
    static Problem databaseUnavailable() {
        return Problem.of(
                        ProblemKind.UNAVAILABLE,
                        "database_unavailable",
                        "The platform's database does not answer at present.")
                .retryAfter(DATABASE_PAUSE);
    }

    /** What an HTTP status means here. */
    static Problem ofStatus(int status, HttpServletRequest request) {
        return switch (status) {
            case 401 -> Problem.of(ProblemKind.UNAUTHENTICATED, "unauthorized", "Credentials are missing or wrong.");
            case 403 -> Problem.of(ProblemKind.FORBIDDEN, "forbidden", "That is not allowed with these credentials.");
            case 404 ->
                Problem.of(ProblemKind.NOT_FOUND, "unknown_url", "There is nothing at " + address(request) + ".");
            case 405 ->
                Problem.of(
                        ProblemKind.METHOD_NOT_ALLOWED,
                        "method_not_allowed",
                        "There is no method " + Quoted.text(request.getMethod()) + " at this address.");
            case 406 ->
                Problem.of(
                        ProblemKind.NOT_ACCEPTABLE,
                        "not_acceptable",
                        "No answer suits the Accept header of the request.");
            case 413 -> Problem.of(ProblemKind.TOO_LARGE, "request_too_large", "The request is too large.");
            case 415 ->
                Problem.of(
                        ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                        "unsupported_media_type",
                        "The Content-Type must be application/json.");
            case 503 -> Problem.of(ProblemKind.UNAVAILABLE, "unavailable", "The server cannot answer at present.");
            default -> other(status, request);
        };
    }

    private static Problem other(int status, HttpServletRequest request) {
        if (status >= 400 && status < 500) {
            return Problem.invalid("invalid_request", null, "The request is malformed.");
        }
        return Problem.of(
                ProblemKind.INTERNAL,
                "internal_error",
                "The server failed; its log says why under " + RequestId.of(request) + ".");
    }

    private static String address(HttpServletRequest request) {
        Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = failed instanceof String uri ? uri : request.getRequestURI();
        String shown = Quoted.text(path);
        return request.getMethod() + " " + shown.substring(1, shown.length() - 1);
    }
}
