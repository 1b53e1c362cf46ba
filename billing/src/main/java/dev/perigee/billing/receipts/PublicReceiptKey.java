package dev.perigee.billing.receipts;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public half of a {@link ReceiptKey}.
 *
 * @param x base64url of its 32 bytes, as RFC 8037 writes it
 */
public record PublicReceiptKey(String x) {

    private static final int BYTES = 32;

    public PublicReceiptKey {
        if (Base64.getUrlDecoder().decode(x).length != BYTES) {
            throw new IllegalArgumentException("x is " + x + ", must be base64url of " + BYTES + " bytes");
        }
    }

    /** The key of these 32 bytes. */
    static PublicReceiptKey of(byte[] bytes) {
        return new PublicReceiptKey(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    static PublicReceiptKey of(EdECPublicKey key) {
        EdECPoint point = key.getPoint();
        byte[] bytes = new byte[BYTES];
        byte[] bigEndian = point.getY().toByteArray();
        for (int i = 0; i < Math.min(BYTES, bigEndian.length); i++) {
            bytes[i] = bigEndian[bigEndian.length - 1 - i];
        }
        if (point.isXOdd()) {
            bytes[BYTES - 1] |= (byte) 0x80;
        }
        return of(bytes);
    }

    /** The 32 bytes: y, little-endian, with the lowest bit of x as the highest one. */
    byte[] bytes() {
        return Base64.getUrlDecoder().decode(x);
    }

    /** What receipts call it: the beginning of its SHA-256. */
    public String id() {
        return HexFormat.of().formatHex(Digest.sha256(bytes()), 0, 8);
    }

    /** Whether this key's owner signed the message. */
    boolean signed(byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(ReceiptKey.ALGORITHM);
            check.initVerify(asJava());
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    PublicKey asJava() {
        byte[] bytes = bytes();
        boolean odd = bytes[BYTES - 1] < 0;
        bytes[BYTES - 1] &= 0x7F;
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = bytes[BYTES - 1 - i];
        }
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
        try {
            return KeyFactory.getInstance(ReceiptKey.ALGORITHM)
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("x is " + x + ", which is no point of the curve", e);
        }
    }
}
