package dev.perigee.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns ids into text one by one and never gives out half a character.
 *
 * <p>Bytes that begin a character wait for the rest of it; bytes that can never become one turn into U+FFFD.
 *
 * <p>Threads: one.
 */
public final class IncrementalDetokenizer {

    private static final int LONGEST_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final byte[] waiting = new byte[LONGEST_CHARACTER];
    private int waitingCount;

    public IncrementalDetokenizer(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The text that became whole with this token; possibly empty. */
    public String append(int id) {
        byte[] token = tokenizer.bytes(id);
        ByteBuffer bytes = ByteBuffer.allocate(waitingCount + token.length)
                .put(waiting, 0, waitingCount)
                .put(token)
                .flip();
        String text = decode(bytes, false);
        waitingCount = bytes.remaining();
        bytes.get(waiting, 0, waitingCount);
        return text;
    }

    /** Ends the text: what still waits becomes U+FFFD. Afterwards a new text may begin. */
    public String finish() {
        String text = decode(ByteBuffer.wrap(waiting, 0, waitingCount), true);
        waitingCount = 0;
        return text;
    }

    private String decode(ByteBuffer bytes, boolean end) {
        CharBuffer text = CharBuffer.allocate(bytes.remaining() + 1);
        decoder.reset();
        decoder.decode(bytes, text, end);
        if (end) {
            decoder.flush(text);
        }
        return text.flip().toString();
    }
}
