package dev.perigee.platform.openai;

import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.web.Json;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an answer and each of its chunks begin with.
 *
 * @param id the request's id
 * @param created when the answer began
 * @param model the model that answers
 */
record AnswerHead(String id, Instant created, CatalogModel model) {

    private static final int FINGERPRINT_LENGTH = 12;

    /** A new object of this kind with the head's fields. */
    ObjectNode write(String object) {
        ObjectNode node = Json.object();
        node.put("id", "chatcmpl-" + id).put("object", object).put("created", created.getEpochSecond());
        node.put("model", model.name()).put("system_fingerprint", fingerprint());
        return node;
    }

    private String fingerprint() {
        String digest = model.digest();
        return digest == null ? "fp_unknown" : "fp_" + digest.substring(0, FINGERPRINT_LENGTH);
    }
}
