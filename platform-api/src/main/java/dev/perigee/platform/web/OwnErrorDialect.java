package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import tools.jackson.databind.node.ObjectNode;

/** The platform's own shape: {@code {"error":{"code","message","field"}}}. */
final class OwnErrorDialect implements ErrorDialect {

    @Override
    public boolean speaksAt(String path) {
        return true;
    }

    @Override
    public void write(Problem problem, HttpServletResponse response) throws IOException {
        ObjectNode body = Json.object();
        body.putObject("error")
                .put("code", problem.code())
                .put("message", problem.message())
                .put("field", problem.field());
        Json.write(response, body);
    }
}
