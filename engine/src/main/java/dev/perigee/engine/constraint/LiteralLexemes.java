package dev.perigee.engine.constraint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lexemes of values written out: one of a few texts, and nothing else. */
final class LiteralLexemes {

    private LiteralLexemes() {}

    /** One of these texts; nothing where there are none. */
    static @Nullable Lexeme of(Collection<String> texts, Budget budget) {
        List<byte[]> sorted = new ArrayList<>();
        int[] symbolOf = new int[256];
        Arrays.fill(symbolOf, -1);
        int symbols = 0;
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            sorted.add(bytes);
            for (byte octet : bytes) {
                int at = Byte.toUnsignedInt(octet);
                symbolOf[at] = symbolOf[at] < 0 ? symbols++ : symbolOf[at];
            }
        }
        sorted.sort(Arrays::compareUnsigned);
        byte[] octets = new byte[symbols];
        for (int octet = 0; octet < 256; octet++) {
            if (symbolOf[octet] >= 0) {
                octets[symbolOf[octet]] = (byte) octet;
            }
        }
        TableLexeme.Walked walked = sorted.isEmpty()
                ? null
                : TableLexeme.walk(
                        KeyRange.all(sorted.toArray(byte[][]::new)),
                        symbols,
                        (range, symbol) -> range.next(octets[symbol]),
                        KeyRange::complete,
                        budget);
        return walked == null ? null : TableLexeme.of(walked, symbolOf);
    }

    /** A text as a JSON string without needless escapes. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            int short0 = "\"\\\b\f\n\r\t".indexOf(c);
            if (short0 >= 0) {
                quoted.append('\\').append("\"\\bfnrt".charAt(short0));
            } else if (c < ' ') {
                quoted.append("\\u").append(HexFormat.of().withUpperCase().toHexDigits(c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
