package dev.perigee.engine.constraint;

import dev.perigee.engine.generation.SchemaRefusedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular part of ECMA 262's expressions: no look-around, no back references, no word boundaries, no {@code \p}.
 *
 * <p>Errors: {@link SchemaRefusedException} for all that is not read.
 */
final class RegexParser {

    private static final int MAX_LENGTH = 4_096;
    private static final int MAX_DEPTH = 60;
    private static final int MAX_COUNT = 10_000;

    private final String pattern;
    private int at;
    private int depth;

    private RegexParser(String pattern) {
        this.pattern = pattern;
    }

    static Regex parse(String pattern) {
        RegexParser parser = new RegexParser(pattern);
        if (pattern.length() > MAX_LENGTH) {
            throw parser.refused("is longer than " + MAX_LENGTH + " characters");
        }
        Regex regex = parser.choice();
        if (!parser.atEnd()) {
            throw parser.refused("has a ) without its (");
        }
        return regex;
    }

    private Regex choice() {
        if (++depth > MAX_DEPTH) {
            throw refused("nests more than " + MAX_DEPTH + " deep");
        }
        List<Regex> options = new ArrayList<>(List.of(sequence()));
        while (take('|')) {
            options.add(sequence());
        }
        depth--;
        return options.size() == 1 ? options.getFirst() : new Regex.Choice(options);
    }

    private Regex sequence() {
        List<Regex> parts = new ArrayList<>();
        while (!atEnd() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            parts.add(repeated(atom()));
        }
        return new Regex.Sequence(parts);
    }

    private Regex repeated(Regex atom) {
        int min;
        int max;
        if (take('*')) {
            min = 0;
            max = -1;
        } else if (take('+')) {
            min = 1;
            max = -1;
        } else if (take('?')) {
            min = 0;
            max = 1;
        } else if (take('{')) {
            min = number();
            max = !take(',') ? min : pattern.startsWith("}", at) ? -1 : number();
            require('}');
        } else {
            return atom;
        }
        take('?');
        if (max >= 0 && max < min || atom instanceof Regex.Anchor) {
            throw refused("has a quantifier that means nothing");
        }
        if (!atEnd() && "*+?{".indexOf(pattern.charAt(at)) >= 0) {
            throw refused("has a quantifier behind a quantifier");
        }
        return new Regex.Repeat(atom, min, max);
    }

    private int number() {
        int from = at;
        while (!atEnd() && Character.digit(pattern.charAt(at), 10) >= 0 && at - from < 6) {
            at++;
        }
        if (at == from || Integer.parseInt(pattern.substring(from, at)) > MAX_COUNT) {
            throw refused("has a count that is none or above " + MAX_COUNT);
        }
        return Integer.parseInt(pattern.substring(from, at));
    }

    private Regex atom() {
        int c = nextCodePoint();
        return switch (c) {
            case '^' -> new Regex.Anchor(false);
            case '$' -> new Regex.Anchor(true);
            case '.' -> new Regex.Chars(CharSet.DOT);
            case '(' -> group();
            case '[' -> new Regex.Chars(bracket());
            case '\\' -> new Regex.Chars(escape(false));
            case '*', '+', '?', '{' -> throw refused("has a quantifier with nothing before it");
            default -> new Regex.Chars(single(c));
        };
    }

    private Regex group() {
        if (take('?') && !take(':')) {
            throw refused("has a group (?, only (?: is supported");
        }
        Regex inside = choice();
        require(')');
        return inside;
    }

    private CharSet bracket() {
        boolean negated = take('^');
        CharSet set = new CharSet(List.of());
        while (!take(']')) {
            CharSet item = bracketItem();
            if (isSingle(item) && pattern.startsWith("-", at) && !pattern.startsWith("-]", at)) {
                at++;
                CharSet last = bracketItem();
                if (!isSingle(last) || last.ranges().getFirst() < item.ranges().getFirst()) {
                    throw refused("has a range that means nothing");
                }
                item = CharSet.union(
                        CharSet.of(item.ranges().getFirst(), last.ranges().getFirst()));
            }
            set = set.or(item);
        }
        return negated ? set.negated() : set;
    }

    private CharSet bracketItem() {
        int c = nextCodePoint();
        return c == '\\' ? escape(true) : new CharSet(List.of(c, c));
    }

    private static boolean isSingle(CharSet set) {
        return set.ranges().size() == 2
                && set.ranges().getFirst().equals(set.ranges().getLast());
    }

    private static CharSet single(int codePoint) {
        return CharSet.union(CharSet.of(codePoint, codePoint));
    }

    private CharSet escape(boolean inBracket) {
        int c = nextCodePoint();
        return switch (c) {
            case 'd' -> CharSet.DIGIT;
            case 'D' -> CharSet.DIGIT.negated();
            case 'w' -> CharSet.WORD;
            case 'W' -> CharSet.WORD.negated();
            case 's' -> CharSet.SPACE;
            case 'S' -> CharSet.NOT_SPACE;
            case 't' -> CharSet.of(0x09, 0x09);
            case 'n' -> CharSet.of(0x0A, 0x0A);
            case 'f' -> CharSet.of(0x0C, 0x0C);
            case 'r' -> CharSet.of(0x0D, 0x0D);
            case 'b' -> {
                if (!inBracket) {
                    throw refused("has a word boundary");
                }
                yield CharSet.of(0x08, 0x08);
            }
            case 'u' -> hexadecimal(4);
            case 'x' -> hexadecimal(2);
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw refused("has \\" + Character.toString(c) + ", which is not supported");
                }
                yield CharSet.of(c, c);
            }
        };
    }

    private CharSet hexadecimal(int digits) {
        if (at + digits > pattern.length()) {
            throw refused("ends in an escape");
        }
        try {
            int codePoint = Integer.parseUnsignedInt(pattern.substring(at, at + digits), 16);
            at += digits;
            if (Character.isSurrogate((char) codePoint)) {
                throw refused("spells a surrogate");
            }
            return CharSet.of(codePoint, codePoint);
        } catch (NumberFormatException e) {
            throw new SchemaRefusedException("pattern has an escape that is no number", e);
        }
    }

    private int nextCodePoint() {
        if (atEnd()) {
            throw refused("is not complete");
        }
        int c = pattern.codePointAt(at);
        at += Character.charCount(c);
        return c;
    }

    private boolean take(char wanted) {
        boolean there = !atEnd() && pattern.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void require(char wanted) {
        if (!take(wanted)) {
            throw refused("lacks a " + wanted);
        }
    }

    private boolean atEnd() {
        return at == pattern.length();
    }

    private SchemaRefusedException refused(String problem) {
        String shown = pattern.length() > 60 ? pattern.substring(0, 60) + "…" : pattern;
        return new SchemaRefusedException("pattern \"" + shown + "\" " + problem);
    }
}
