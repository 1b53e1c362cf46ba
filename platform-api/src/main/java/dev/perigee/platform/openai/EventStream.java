package dev.perigee.platform.openai;

import dev.perigee.platform.web.Json;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Server-sent events, each on the wire before the next is made. Errors: {@link IOException} once the client is gone. */
final class EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] END = ascii("\n\n");
    private static final byte[] KEEP_ALIVE = ascii(": keep-alive\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");

    private final ServletOutputStream out;

    EventStream(HttpServletResponse response) throws IOException {
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getOutputStream();
        response.flushBuffer();
    }

    void data(ObjectNode body) throws IOException {
        out.write(DATA);
        out.write(Json.bytes(body));
        send(END);
    }

    /** Says nothing, so that proxies and clients do not give up; finds out whether the client is still there. */
    void keepAlive() throws IOException {
        send(KEEP_ALIVE);
    }

    void done() throws IOException {
        send(DONE);
    }

    /** Tells a failure, if the client is still there to hear of it. */
    void tellFailure(ObjectNode body) {
        try {
            data(body);
        } catch (IOException e) {
            LOG.debug("Nobody is left to be told of the failure", e);
        }
    }

    private void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
