package dev.perigee.platform.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;

/** Answers with a problem, in the dialect of the request's path. */
public final class ProblemWriter {

    private final List<ErrorDialect> dialects;
    private final ErrorDialect ownDialect = new OwnErrorDialect();

    /** A writer that knows these dialects besides the platform's own. */
    public ProblemWriter(List<ErrorDialect> dialects) {
        this.dialects = List.copyOf(dialects);
    }

    /** Writes the whole answer; does nothing where one has begun already. */
    public void write(Problem problem, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setStatus(problem.kind().status());
        if (problem.kind() == ProblemKind.UNAUTHENTICATED) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"perigee\"");
        }
        if (problem.retryAfter() != null) {
            response.setHeader(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(Math.max(1, problem.retryAfter().toSeconds())));
        }
        if (problem.retryIsVain()) {
            response.setHeader("x-should-retry", "false");
        }
        dialectAt(path(request)).write(problem, response);
    }

    private ErrorDialect dialectAt(String path) {
        return dialects.stream()
                .filter(dialect -> dialect.speaksAt(path))
                .findFirst()
                .orElse(ownDialect);
    }

    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String failed
                ? failed
                : request.getRequestURI();
    }
}
