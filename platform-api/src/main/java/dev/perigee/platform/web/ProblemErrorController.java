package dev.perigee.platform.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.RequestMapping;

/** Answers for what failed outside any handler, instead of the container's own page. */
@Controller
final class ProblemErrorController implements ErrorController {

    private final ProblemWriter writer;

    ProblemErrorController(ProblemWriter writer) {
        this.writer = writer;
    }

    @RequestMapping("${spring.web.error.path:${error.path:/error}}")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        writer.write(problem(request), request, response);
    }

    private static Problem problem(HttpServletRequest request) {
        if (isOfDatabase(request.getAttribute(RequestDispatcher.ERROR_EXCEPTION))) {
            return Problems.databaseUnavailable();
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        return Problems.ofStatus(status instanceof Integer code ? code : 404, request);
    }

    private static boolean isOfDatabase(@Nullable Object failure) {
        return failure instanceof Throwable cause
                && (cause instanceof DataAccessException
                        || cause instanceof TransactionException
                        || isOfDatabase(cause.getCause()));
    }
}
