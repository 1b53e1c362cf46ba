package dev.perigee.platform.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which this server hashes what it must recognise and must not know.
 *
 * <p>Hashes of one purpose tell nothing about those of another, even of the same text. Threads: safe.
 */
public final class ServerKey {

    /** Fewest characters of a key that is given. */
    static final int MIN_LENGTH = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /**
     * A key from any text.
     *
     * @throws IllegalArgumentException where it has fewer than 32 characters
     */
    public ServerKey(String text) {
        if (text.length() < MIN_LENGTH) {
            throw new IllegalArgumentException(
                    "the server key has " + text.length() + " characters, must have at least " + MIN_LENGTH);
        }
        this.key = new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    }

    /**
     * The keyed hash (HMAC-SHA-256, 32 bytes) of these parts; where one ends and the next begins matters.
     *
     * @param purpose what the hash is for
     */
    public byte[] hash(HashPurpose purpose, String... parts) {
        Mac mac = mac();
        update(mac, purpose.name());
        for (String part : parts) {
            update(mac, part);
        }
        return mac.doFinal();
    }

    private static void update(Mac mac, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "ServerKey[hidden]";
    }
}
