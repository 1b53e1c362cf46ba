package dev.perigee.engine.constraint;

import java.util.Arrays;

/**
 * What may stand in a JSON string, byte by byte: whole UTF-8 characters, escapes, paired surrogates.
 *
 * <p>The canonical form escapes only what must be and knows no {@code \}{@code u}: so each text has one form.
 */
final class TextBytes {

    /** Before the opening quote. */
    static final int OPENING = 0;

    /** Between characters. */
    static final int BETWEEN = 1;

    /** Behind the closing quote. */
    static final int CLOSED = 2;

    /** States are below this. */
    static final int STATES = 32;

    private static final int MORE_1 = 3;
    private static final int MORE_2 = 4;
    private static final int AFTER_E0 = 5;
    private static final int AFTER_ED = 6;
    private static final int AFTER_F0 = 7;
    private static final int AFTER_F4 = 8;
    private static final int MORE_3 = 9;
    private static final int ESCAPE = 10;
    private static final int HEX_4 = 11;
    private static final int HEX_3 = 12;
    private static final int HEX_2 = 13;
    private static final int HEX_1 = 14;
    private static final int HEX_AFTER_D = 15;
    private static final int HIGH_2 = 16;
    private static final int HIGH_1 = 17;
    private static final int LOW_ESCAPE = 18;
    private static final int LOW_U = 19;
    private static final int LOW_D = 20;
    private static final int LOW_C = 21;

    private static final byte[] CANONICAL = table(false);
    private static final byte[] LENIENT = table(true);

    private TextBytes() {}

    /** The state behind a byte; {@link Lexeme#DEAD} where it cannot stand here. */
    static int next(boolean canonical, int state, int octet) {
        return (canonical ? CANONICAL : LENIENT)[state << 8 | octet];
    }

    private static byte[] table(boolean lenient) {
        byte[] table = new byte[STATES << 8];
        Arrays.fill(table, (byte) Lexeme.DEAD);
        set(table, OPENING, '"', '"', BETWEEN);
        set(table, BETWEEN, 0x20, 0x7F, BETWEEN);
        set(table, BETWEEN, '"', '"', CLOSED);
        set(table, BETWEEN, '\\', '\\', ESCAPE);
        manyBytes(table);
        for (char c : "\"\\bfnrt".toCharArray()) {
            set(table, ESCAPE, c, c, BETWEEN);
        }
        if (lenient) {
            set(table, ESCAPE, '/', '/', BETWEEN);
            set(table, ESCAPE, 'u', 'u', HEX_4);
            hexadecimal(table);
        }
        return table;
    }

    private static void manyBytes(byte[] table) {
        set(table, BETWEEN, 0xC2, 0xDF, MORE_1);
        set(table, BETWEEN, 0xE1, 0xEF, MORE_2);
        set(table, BETWEEN, 0xE0, 0xE0, AFTER_E0);
        set(table, BETWEEN, 0xED, 0xED, AFTER_ED);
        set(table, BETWEEN, 0xF0, 0xF0, AFTER_F0);
        set(table, BETWEEN, 0xF1, 0xF3, MORE_3);
        set(table, BETWEEN, 0xF4, 0xF4, AFTER_F4);
        set(table, MORE_1, 0x80, 0xBF, BETWEEN);
        set(table, MORE_2, 0x80, 0xBF, MORE_1);
        set(table, MORE_3, 0x80, 0xBF, MORE_2);
        set(table, AFTER_E0, 0xA0, 0xBF, MORE_1);
        set(table, AFTER_ED, 0x80, 0x9F, MORE_1);
        set(table, AFTER_F0, 0x90, 0xBF, MORE_2);
        set(table, AFTER_F4, 0x80, 0x8F, MORE_2);
    }

    /** A lone surrogate is no character; a high one needs a low one. */
    private static void hexadecimal(byte[] table) {
        hex(table, HEX_4, HEX_3);
        either(table, HEX_4, 'd', 'd', HEX_AFTER_D);
        set(table, HEX_AFTER_D, '0', '7', HEX_2);
        set(table, HEX_AFTER_D, '8', '9', HIGH_2);
        either(table, HEX_AFTER_D, 'a', 'b', HIGH_2);
        hex(table, HEX_3, HEX_2);
        hex(table, HEX_2, HEX_1);
        hex(table, HEX_1, BETWEEN);
        hex(table, HIGH_2, HIGH_1);
        hex(table, HIGH_1, LOW_ESCAPE);
        set(table, LOW_ESCAPE, '\\', '\\', LOW_U);
        set(table, LOW_U, 'u', 'u', LOW_D);
        either(table, LOW_D, 'd', 'd', LOW_C);
        either(table, LOW_C, 'c', 'f', HEX_2);
    }

    private static void hex(byte[] table, int from, int to) {
        set(table, from, '0', '9', to);
        either(table, from, 'a', 'f', to);
    }

    private static void either(byte[] table, int from, int first, int last, int to) {
        set(table, from, first, last, to);
        set(table, from, first - 32, last - 32, to);
    }

    private static void set(byte[] table, int from, int first, int last, int to) {
        Arrays.fill(table, from << 8 | first, (from << 8 | last) + 1, (byte) to);
    }
}
