package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.coyote.BadRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/** Turns whatever a handler throws into an answer. */
@ControllerAdvice
final class ProblemHandlers {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandlers.class);

    private final ProblemWriter writer;

    ProblemHandlers(ProblemWriter writer) {
        this.writer = writer;
    }

    @ExceptionHandler
    void problem(ProblemException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        writer.write(e.problem(), request, response);
    }

    @ExceptionHandler
    void method(HttpRequestMethodNotSupportedException e, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String[] supported = e.getSupportedMethods() == null ? new String[0] : e.getSupportedMethods();
        response.setHeader(HttpHeaders.ALLOW, String.join(", ", supported));
        writer.write(Problems.ofStatus(405, request), request, response);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    void database(RuntimeException e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        LOG.error("The database failed {} {}", request.getMethod(), request.getRequestURI(), e);
        writer.write(Problems.databaseUnavailable(), request, response);
    }

    @ExceptionHandler
    void other(Exception e, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            LOG.debug("{} {}: the client went away", request.getMethod(), request.getRequestURI());
            return;
        }
        int status = status(e);
        if (status >= 500) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        }
        writer.write(Problems.ofStatus(status, request), request, response);
    }

    private static int status(Exception e) {
        if (e instanceof BadRequestException) {
            return 400;
        }
        return e instanceof ErrorResponse known ? known.getStatusCode().value() : 500;
    }
}
