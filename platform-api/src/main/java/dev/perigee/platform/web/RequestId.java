package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;

/** The id of a request: made here for each, never taken from the caller; the same in headers, usage, reservation, log and trace. */
public final class RequestId {

    /** The header that carries it. */
    public static final String HEADER = "x-request-id";

    private static final String ATTRIBUTE = RequestId.class.getName();
    private static final String PREFIX = "req_";

    private RequestId() {}

    /** A new one. */
    static String next() {
        return PREFIX + UUID.randomUUID().toString().replace("-", "");
    }

    /** The id of this request. */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String id = next();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }
}
