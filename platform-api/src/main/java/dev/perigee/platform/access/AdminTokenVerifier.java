package dev.perigee.platform.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Recognises the admin token, of which it keeps a hash only. Threads: safe. */
public final class AdminTokenVerifier {

    /** Fewest characters of an admin token. */
    public static final int MIN_LENGTH = 16;

    /** Most characters of an admin token. */
    public static final int MAX_LENGTH = 256;

    private final byte[] hash;
    private final @Nullable Path file;

    AdminTokenVerifier(String token, @Nullable Path file) {
        this.hash = sha256(token);
        this.file = file;
    }

    /** Whether this is the admin token; takes as long for every wrong one of a length. */
    public boolean verify(String token) {
        return token.length() <= MAX_LENGTH && MessageDigest.isEqual(hash, sha256(token));
    }

    /** The file in which the token lies; empty where it was given by the environment. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
