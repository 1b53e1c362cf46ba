package dev.perigee.engine.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts long texts as K2's own tokenizer does, so that ids agree on them too and one piece stays small.
 *
 * <p>Units: characters are Unicode code points. Source: {@code encode} of Kimi K2's tokenization code: slices of 400,000 characters,
 * in them no run of more than 25,000 spaces or of more than 25,000 others.
 */
final class LongTextCuts {

    private static final int SLICE = 400_000;
    private static final int RUN = 25_000;

    private final String text;
    private final List<String> parts = new ArrayList<>();
    private int partStart;
    private int sliceLength;
    private int runLength;
    private boolean runIsSpace;

    private LongTextCuts(String text) {
        this.text = text;
    }

    /** The parts, in order; each is encoded on its own. */
    static List<String> of(String text) {
        return text.length() <= RUN ? List.of(text) : new LongTextCuts(text).cut();
    }

    private List<String> cut() {
        int codePoint;
        for (int at = 0; at < text.length(); at += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(at);
            step(at, isSpace(codePoint));
        }
        parts.add(text.substring(partStart));
        return parts;
    }

    private void step(int at, boolean space) {
        if (sliceLength == SLICE) {
            cutAt(at);
            sliceLength = 0;
        }
        if (sliceLength == 0) {
            runIsSpace = space;
            runLength = 0;
        }
        sliceLength++;
        if (space != runIsSpace) {
            runIsSpace = space;
            runLength = 1;
        } else if (++runLength > RUN) {
            cutAt(at);
            runLength = 1;
        }
    }

    private void cutAt(int at) {
        parts.add(text.substring(partStart, at));
        partStart = at;
    }

    /** As Python's {@code str.isspace}. */
    private static boolean isSpace(int codePoint) {
        return switch (codePoint) {
            case '\t', '\n', 0x0B, '\f', '\r', 0x1C, 0x1D, 0x1E, 0x1F, 0x85 -> true;
            default -> Character.isSpaceChar(codePoint);
        };
    }
}
