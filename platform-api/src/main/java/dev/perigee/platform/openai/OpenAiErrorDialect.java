package dev.perigee.platform.openai;

import dev.perigee.platform.web.ErrorDialect;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.LimitNotice;
import dev.perigee.platform.web.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's shape of an error: {@code {"error":{"message","type","param","code"}}}. */
final class OpenAiErrorDialect implements ErrorDialect {

    @Override
    public boolean speaksAt(String path) {
        return path.startsWith("/v1/");
    }

    @Override
    public void write(Problem problem, HttpServletResponse response) throws IOException {
        Json.write(response, body(problem));
    }

    /** The body of an error, alone or as an event of a stream. */
    static ObjectNode body(Problem problem) {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("message", problem.message())
                .put("type", type(problem))
                .put("param", problem.field())
                .put("code", problem.code());
        if (problem.notice() != null) {
            body.set("perigee", problem.notice().json());
        }
        return body;
    }

    private static String type(Problem problem) {
        return switch (problem.kind()) {
            case RATE_LIMITED -> countsTokens(problem.notice()) ? "tokens" : "requests";
            case BUDGET_SPENT -> "insufficient_quota";
            case UNAUTHENTICATED -> "authentication_error";
            case FORBIDDEN -> "permission_error";
            case INTERNAL, UNAVAILABLE -> "server_error";
            case INVALID,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    CONFLICT,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    UNPROCESSABLE -> "invalid_request_error";
        };
    }

    private static boolean countsTokens(@Nullable LimitNotice notice) {
        return notice != null && notice.source().endsWith("tokens_per_minute");
    }
}
