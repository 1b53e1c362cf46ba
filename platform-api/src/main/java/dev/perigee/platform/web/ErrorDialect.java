package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** How problems are told under some addresses. The first dialect that speaks at a path tells them, otherwise the platform's own. */
public interface ErrorDialect {

    /** Whether this dialect is spoken at this path. */
    boolean speaksAt(String path);

    /** Writes content type and body; status and other headers are set already. */
    void write(Problem problem, HttpServletResponse response) throws IOException;
}
