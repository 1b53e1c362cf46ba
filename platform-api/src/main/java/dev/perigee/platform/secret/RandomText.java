package dev.perigee.platform.secret;

import java.security.SecureRandom;

/** Unguessable text of letters and digits. */
public final class RandomText {

    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private RandomText() {}

    /** So many characters, 5.95 random bits each. */
    public static String ofLength(int length) {
        return RANDOM.ints(length, 0, ALPHABET.length())
                .collect(StringBuilder::new, (text, i) -> text.append(ALPHABET.charAt(i)), StringBuilder::append)
                .toString();
    }
}
