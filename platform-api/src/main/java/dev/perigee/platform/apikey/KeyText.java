package dev.perigee.platform.apikey;

import dev.perigee.platform.secret.RandomText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as text, with its parts.
 *
 * @param whole all of it
 */
record KeyText(String whole) {

    private static final String MARK = "pgk_";
    private static final int NAME_LENGTH = 12;
    private static final int SECRET_LENGTH = 32;
    private static final int CHECKSUM_LENGTH = 6;
    private static final int PREFIX_LENGTH = MARK.length() + NAME_LENGTH;
    private static final int BODY_LENGTH = PREFIX_LENGTH + SECRET_LENGTH;
    private static final Pattern FORM =
            Pattern.compile(MARK + "[0-9A-Za-z]{" + (NAME_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH) + "}");
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** A new key. */
    static KeyText next() {
        String body = MARK + RandomText.ofLength(NAME_LENGTH + SECRET_LENGTH);
        return new KeyText(body + checksum(body));
    }

    /** The key in this text, where form and checksum are right. */
    static Optional<KeyText> parse(String text) {
        if (text.length() != BODY_LENGTH + CHECKSUM_LENGTH
                || !FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        boolean intact = checksum(text.substring(0, BODY_LENGTH)).equals(text.substring(BODY_LENGTH));
        return intact ? Optional.of(new KeyText(text)) : Optional.empty();
    }

    /** The part that is no secret: mark and name. */
    String prefix() {
        return whole.substring(0, PREFIX_LENGTH);
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        char[] digits = new char[CHECKSUM_LENGTH];
        long rest = crc.getValue();
        for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
            rest /= DIGITS.length();
        }
        return new String(digits);
    }

    @Override
    public String toString() {
        return "KeyText[" + prefix() + "…]";
    }
}
