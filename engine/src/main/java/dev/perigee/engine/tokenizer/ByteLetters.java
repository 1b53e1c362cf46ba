package dev.perigee.engine.tokenizer;

import java.util.Arrays;
import java.util.Optional;

/**
 * The letters that GPT-2's vocabularies write bytes with: a byte that prints is its own letter, the others follow from U+0100 on.
 *
 * <p>Source: {@code bytes_to_unicode} of GPT-2's encoder; GGUF files of model {@code gpt2} hold their tokens so.
 */
final class ByteLetters {

    private static final int BYTES = 256;
    private static final char[] LETTERS = letters();
    private static final int[] VALUES = values();

    private ByteLetters() {}

    /** These bytes in letters. */
    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            text.append(LETTERS[value & 0xFF]);
        }
        return text.toString();
    }

    /** The bytes that these letters write; nothing where one is no such letter. */
    static Optional<byte[]> read(String letters) {
        byte[] bytes = new byte[letters.length()];
        for (int i = 0; i < bytes.length; i++) {
            char letter = letters.charAt(i);
            if (letter >= VALUES.length || VALUES[letter] < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) VALUES[letter];
        }
        return Optional.of(bytes);
    }

    private static char[] letters() {
        char[] letters = new char[BYTES];
        char next = BYTES;
        for (char value = 0; value < BYTES; value++) {
            letters[value] = prints(value) ? value : next++;
        }
        return letters;
    }

    private static boolean prints(int value) {
        return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
    }

    private static int[] values() {
        int[] values = new int[2 * BYTES];
        Arrays.fill(values, -1);
        for (int value = 0; value < BYTES; value++) {
            values[LETTERS[value]] = value;
        }
        return values;
    }
}
