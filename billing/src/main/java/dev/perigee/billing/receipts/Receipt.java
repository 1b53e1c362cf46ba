package dev.perigee.billing.receipts;

/**
 * A signed receipt.
 *
 * @param requestId whose it is
 * @param json the whole of it in canonical form
 */
public record Receipt(String requestId, String json) {

    static final String REQUEST_ID = "request_id";
    static final String KEY_ID = "key_id";
    static final String SIGNATURE = "signature";
}
