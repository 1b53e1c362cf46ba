package dev.perigee.billing.charging;

/**
 * What a caller names a request by, so that its repetition is not billed again. Both parts are keyed hashes, 64 hexadecimal digits.
 *
 * @param keyHash of the caller's key
 * @param bodyHash of everything that was asked for
 */
public record IdempotencyKey(String keyHash, String bodyHash) {

    private static final String HASH = "[0-9a-f]{64}";

    public IdempotencyKey {
        check("keyHash", keyHash);
        check("bodyHash", bodyHash);
    }

    private static void check(String name, String hash) {
        if (!hash.matches(HASH)) {
            throw new IllegalArgumentException(
                    name + " has " + hash.length() + " characters, must be 64 hexadecimal digits");
        }
    }
}
