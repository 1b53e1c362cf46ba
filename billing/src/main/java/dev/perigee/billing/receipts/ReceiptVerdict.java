package dev.perigee.billing.receipts;

/** What checking a receipt found. */
public sealed interface ReceiptVerdict {

    /**
     * It is as it was signed.
     *
     * @param requestId whose receipt it is
     * @param keyId the key that signed it
     */
    record Genuine(String requestId, String keyId) implements ReceiptVerdict {}

    /**
     * It is no receipt, was changed, or was signed by a key that is not in the set.
     *
     * @param reason one line that says which
     */
    record Refused(String reason) implements ReceiptVerdict {}
}
