package dev.perigee.engine.chat;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a tool call as K2 writes it: {@code functions.NAME:IDX}.
 *
 * <p>Names may hold dots, hyphens and colons: the prefix is the first {@code functions.}, the index what follows the last colon.
 *
 * @param name function name
 * @param index counts the calls of the whole conversation from 0; -1 where the model wrote none
 */
record ToolCallId(String name, int index) {

    /** The longest id that is looked at, in characters. */
    static final int MAX_LENGTH = 256;

    private static final String PREFIX = "functions.";
    private static final int MAX_DIGITS = 9;
    private static final Pattern INDEX = Pattern.compile(":\\s*(\\d{1," + MAX_DIGITS + "})$");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_$][\\p{L}\\p{N}\\p{M}_$.:/-]*");

    /** What the model wrote, where it names a function at all. */
    static Optional<ToolCallId> parse(String written) {
        if (written.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String rest = written.strip();
        rest = rest.startsWith(PREFIX) ? rest.substring(PREFIX.length()) : rest;
        int index = -1;
        Matcher matcher = INDEX.matcher(rest);
        if (matcher.find()) {
            index = Integer.parseInt(matcher.group(1));
            rest = rest.substring(0, matcher.start());
        }
        return NAME.matcher(rest).matches() ? Optional.of(new ToolCallId(rest, index)) : Optional.empty();
    }

    @Override
    public String toString() {
        return PREFIX + name + ":" + index;
    }
}
