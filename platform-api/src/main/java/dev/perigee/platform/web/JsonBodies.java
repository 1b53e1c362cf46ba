package dev.perigee.platform.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads request bodies that are JSON objects, to a limit. */
public final class JsonBodies {

    private final int maxBytes;

    /** Bodies of at most so many bytes. */
    public JsonBodies(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The request's body.
     *
     * @throws ProblemException where it is too long (413), not JSON by its content type (415) or not a JSON object (400)
     */
    public ObjectNode read(HttpServletRequest request) throws IOException {
        requireJson(request.getContentType());
        return parse(bytes(request), ObjectNode.class, "a JSON object");
    }

    /** Reads a body that is a JSON list; bounds and errors as in {@link #read}. */
    public ArrayNode readList(HttpServletRequest request) throws IOException {
        requireJson(request.getContentType());
        return parse(bytes(request), ArrayNode.class, "a JSON list");
    }

    private static void requireJson(String contentType) {
        try {
            if (contentType != null && MediaType.APPLICATION_JSON.includes(MediaType.parseMediaType(contentType))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // answered below like any other type
        }
        String given = contentType == null ? "missing" : Quoted.text(contentType);
        throw new ProblemException(Problem.of(
                ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The Content-Type is " + given + ", must be application/json."));
    }

    private byte[] bytes(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > maxBytes) {
            throw tooLarge();
        }
        byte[] bytes = request.getInputStream().readNBytes(maxBytes + 1);
        if (bytes.length > maxBytes) {
            throw tooLarge();
        }
        return bytes;
    }

    private ProblemException tooLarge() {
        return new ProblemException(Problem.of(
                ProblemKind.TOO_LARGE, "request_too_large", "The body is longer than " + maxBytes + " bytes."));
    }

    private static <T extends JsonNode> T parse(byte[] bytes, Class<T> type, String what) {
        try {
            JsonNode body = Json.read(bytes);
            if (type.isInstance(body)) {
                return type.cast(body);
            }
        } catch (StreamConstraintsException e) {
            throw invalid("The body is JSON beyond the limits: " + e.getOriginalMessage());
        } catch (JacksonException e) {
            throw invalid("The body is not valid JSON" + place(e) + ".");
        }
        throw invalid(
                bytes.length == 0 ? "The body is empty, must be " + what + "." : "The body must be " + what + ".");
    }

    private static String place(JacksonException e) {
        if (e.getOriginalMessage().startsWith("Duplicate")) {
            return ": " + e.getOriginalMessage();
        }
        return e.getLocation() == null
                ? ""
                : ": line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }

    private static ProblemException invalid(String message) {
        return new ProblemException(Problem.invalid("invalid_json", null, message));
    }
}
