package dev.perigee.platform.web;

/** What a caller sent, fit to be shown in a message: quoted, cut, one line. */
public final class Quoted {

    private static final int MAX_LENGTH = 80;

    private Quoted() {}

    /** The text in quotes, at most 80 characters of it, control characters escaped. */
    public static String text(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().limit(MAX_LENGTH).forEach(c -> append(quoted, (char) c));
        return quoted.append(text.length() > MAX_LENGTH ? "…\"" : "\"").toString();
    }

    private static void append(StringBuilder quoted, char c) {
        if (Character.isISOControl(c) || Character.isSurrogate(c) || Character.getType(c) == Character.FORMAT) {
            quoted.append("\\u%04x".formatted((int) c));
        } else {
            quoted.append(c);
        }
    }
}
