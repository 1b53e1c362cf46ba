package dev.perigee.billing.receipts;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** A pair of Ed25519 keys that signs receipts. It cannot be printed. Threads: safe. */
public final class ReceiptKey {

    static final String ALGORITHM = "Ed25519";

    private final PrivateKey privateKey;
    private final PublicReceiptKey publicKey;

    private ReceiptKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = PublicReceiptKey.of((EdECPublicKey) publicKey);
    }

    /** A new pair. */
    public static ReceiptKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            return new ReceiptKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }

    /**
     * The pair in this text.
     *
     * @throws IllegalArgumentException where it holds none
     */
    public static ReceiptKey decode(String text) {
        String[] parts = text.split("\\.", -1);
        try {
            KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
            Base64.Decoder decoder = Base64.getDecoder();
            return new ReceiptKey(
                    factory.generatePrivate(new PKCS8EncodedKeySpec(decoder.decode(parts[0]))),
                    factory.generatePublic(new X509EncodedKeySpec(decoder.decode(parts[1]))));
        } catch (GeneralSecurityException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("is no " + ALGORITHM + " key pair", e);
        }
    }

    /** The secret text that {@link #decode} reads: base64 of the private key (PKCS #8), a dot, base64 of the public key (X.509). */
    public String encode() {
        Base64.Encoder encoder = Base64.getEncoder();
        return encoder.encodeToString(privateKey.getEncoded()) + "."
                + encoder.encodeToString(publicKey.asJava().getEncoded());
    }

    /** The half that may be shown. */
    public PublicReceiptKey publicKey() {
        return publicKey;
    }

    /** 64 bytes. */
    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "ReceiptKey[" + publicKey.id() + "]";
    }
}
