package dev.perigee.billing.receipts;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Checks receipts with nothing but the published keys. */
public final class ReceiptVerifier {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ReceiptKeySet keys;

    public ReceiptVerifier(ReceiptKeySet keys) {
        this.keys = keys;
    }

    /** Checks the receipt in this text, which may be laid out in any way. */
    public ReceiptVerdict verify(String text) {
        JsonNode read;
        try {
            read = MAPPER.readTree(text);
        } catch (JacksonException e) {
            return new ReceiptVerdict.Refused("is not JSON: " + e.getOriginalMessage());
        }
        if (!(read instanceof ObjectNode receipt)
                || !receipt.path(Receipt.SIGNATURE).isString()) {
            return new ReceiptVerdict.Refused("is no receipt: it has no \"" + Receipt.SIGNATURE + "\"");
        }
        String keyId = receipt.path(Receipt.KEY_ID).asString("");
        Optional<PublicReceiptKey> key = keys.find(keyId);
        if (key.isEmpty()) {
            return new ReceiptVerdict.Refused(
                    "is signed by key \"" + keyId + "\", which is not among the published ones");
        }
        return signed(receipt, key.get())
                ? new ReceiptVerdict.Genuine(receipt.path(Receipt.REQUEST_ID).asString(""), keyId)
                : new ReceiptVerdict.Refused("was changed: the signature does not fit its content");
    }

    private static boolean signed(ObjectNode receipt, PublicReceiptKey key) {
        ObjectNode content = receipt.deepCopy();
        String signature = content.remove(Receipt.SIGNATURE).stringValue();
        try {
            return key.signed(
                    CanonicalJson.of(content).getBytes(StandardCharsets.UTF_8),
                    Base64.getUrlDecoder().decode(signature));
        } catch (IllegalArgumentException e) {
            return false; // not base64, or a field that no receipt has
        }
    }
}
