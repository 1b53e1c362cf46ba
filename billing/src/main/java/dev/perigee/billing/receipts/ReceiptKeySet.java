package dev.perigee.billing.receipts;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The public keys of receipts as a JSON Web Key set (RFC 7517, RFC 8037). */
public final class ReceiptKeySet {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Map<String, PublicReceiptKey> keys = new LinkedHashMap<>();

    public ReceiptKeySet(List<PublicReceiptKey> keys) {
        keys.forEach(key -> this.keys.put(key.id(), key));
    }

    /**
     * Reads a published set.
     *
     * @throws IllegalArgumentException where it is none, saying why
     */
    public static ReceiptKeySet read(String json) {
        JsonNode found;
        try {
            found = MAPPER.readTree(json).path("keys");
        } catch (JacksonException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!found.isArray() || found.isEmpty()) {
            throw new IllegalArgumentException("holds no \"keys\"");
        }
        return new ReceiptKeySet(found.valueStream().map(ReceiptKeySet::key).toList());
    }

    private static PublicReceiptKey key(JsonNode jwk) {
        if (!jwk.path("kty").asString("").equals("OKP")
                || !jwk.path("crv").asString("").equals(ReceiptKey.ALGORITHM)) {
            throw new IllegalArgumentException("holds a key that is not " + ReceiptKey.ALGORITHM + ": " + jwk);
        }
        return new PublicReceiptKey(jwk.path("x").asString(""));
    }

    /** The set as it is published. */
    public ObjectNode json() {
        ObjectNode set = MAPPER.createObjectNode();
        ArrayNode list = set.putArray("keys");
        keys.values()
                .forEach(key -> list.addObject()
                        .put("kty", "OKP")
                        .put("crv", ReceiptKey.ALGORITHM)
                        .put("alg", "EdDSA")
                        .put("use", "sig")
                        .put("kid", key.id())
                        .put("x", key.x()));
        return set;
    }

    Optional<PublicReceiptKey> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }
}
