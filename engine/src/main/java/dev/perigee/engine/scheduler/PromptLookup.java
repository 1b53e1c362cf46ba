package dev.perigee.engine.scheduler;

import java.util.Arrays;

/**
 * Guesses how a text goes on: as it did where its last few tokens stood before. Right where an answer quotes, copies or repeats.
 *
 * <p>Source: prompt lookup decoding (A. Saxena, 2023).
 */
final class PromptLookup {

    /** Tokens that must agree. */
    static final int AGREEING = 3;

    /** How far back is looked, so that a step of a long text stays short. */
    static final int SEARCHED = 16_384;

    private static final int[] NOTHING = {};

    private PromptLookup() {}

    /** At most so many tokens that could follow the first {@code size} of these; none where nothing agrees. */
    static int[] guess(int[] tokens, int size, int most) {
        int lowest = Math.max(0, size - AGREEING - SEARCHED);
        for (int start = size - AGREEING - 1; start >= lowest; start--) {
            if (agrees(tokens, start, size - AGREEING)) {
                int from = start + AGREEING;
                return Arrays.copyOfRange(tokens, from, Math.min(size, from + most));
            }
        }
        return NOTHING;
    }

    private static boolean agrees(int[] tokens, int one, int other) {
        for (int i = AGREEING - 1; i >= 0; i--) {
            if (tokens[one + i] != tokens[other + i]) {
                return false;
            }
        }
        return true;
    }
}
