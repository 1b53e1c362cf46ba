package dev.perigee.engine.constraint;

import java.util.List;

/** A regular expression, read. */
sealed interface Regex {

    /** One character of a set. */
    record Chars(CharSet set) implements Regex {}

    /** One after the other. */
    record Sequence(List<Regex> parts) implements Regex {}

    /** One of these. */
    record Choice(List<Regex> options) implements Regex {}

    /** So many times; {@code max} is negative for no bound. */
    record Repeat(Regex part, int min, int max) implements Regex {}

    /** Nothing, and only at the text's beginning, or only at its end. */
    record Anchor(boolean end) implements Regex {}
}
