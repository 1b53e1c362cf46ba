package dev.perigee.engine.sampling;

import java.util.List;
import java.util.Set;

/**
 * Knows the token ids and the texts that end an answer. Text that may turn out to be the beginning of a stop text is held back, so
 * that no part of one is ever given out, however the tokens cut it.
 *
 * <p>Threads: one.
 */
public final class StopCondition {

    /** Most stop texts of a request. */
    public static final int MAX_TEXTS = 16;

    /** Longest stop text, in characters. */
    public static final int MAX_TEXT_LENGTH = 1024;

    private final Set<Integer> stopIds;
    private final List<String> stopTexts;
    private final StringBuilder held = new StringBuilder();
    private boolean reached;

    /** @throws IllegalArgumentException where there are too many texts or one is empty or too long */
    public StopCondition(Set<Integer> stopIds, List<String> stopTexts) {
        if (stopTexts.size() > MAX_TEXTS) {
            throw new IllegalArgumentException("stop has " + stopTexts.size() + " texts, at most " + MAX_TEXTS);
        }
        for (int i = 0; i < stopTexts.size(); i++) {
            int length = stopTexts.get(i).length();
            if (length == 0 || length > MAX_TEXT_LENGTH) {
                throw new IllegalArgumentException(
                        "stop[" + i + "] has " + length + " characters, must have 1 to " + MAX_TEXT_LENGTH);
            }
        }
        this.stopIds = Set.copyOf(stopIds);
        this.stopTexts = List.copyOf(stopTexts);
    }

    /** Whether this token ends the answer. */
    public boolean endsAt(int id) {
        return stopIds.contains(id);
    }

    /** Takes the next piece of text and returns what can be given out; after a stop text was reached, nothing. */
    public String accept(String text) {
        if (stopTexts.isEmpty()) {
            return text;
        }
        if (reached) {
            return "";
        }
        held.append(text);
        int start = startOfFirstStop();
        reached = start >= 0;
        return take(reached ? start : held.length() - possibleBeginning());
    }

    /** Gives out what was held back, because something other than text follows. */
    public String release() {
        return reached ? "" : take(held.length());
    }

    /** Whether a stop text was reached. */
    public boolean reached() {
        return reached;
    }

    /** Where the stop text begins that is complete first; -1 where none is. */
    private int startOfFirstStop() {
        int firstEnd = Integer.MAX_VALUE;
        int start = -1;
        for (String stop : stopTexts) {
            int at = held.indexOf(stop);
            int end = at + stop.length();
            if (at >= 0 && (end < firstEnd || end == firstEnd && at < start)) {
                firstEnd = end;
                start = at;
            }
        }
        return start;
    }

    /** How many characters at the end may begin a stop text. */
    private int possibleBeginning() {
        int longest = 0;
        for (String stop : stopTexts) {
            int length = Math.min(stop.length() - 1, held.length());
            while (length > longest && !endsWithBeginningOf(stop, length)) {
                length--;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private boolean endsWithBeginningOf(String stop, int length) {
        int from = held.length() - length;
        for (int i = 0; i < length; i++) {
            if (held.charAt(from + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
