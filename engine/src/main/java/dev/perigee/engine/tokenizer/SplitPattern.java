package dev.perigee.engine.tokenizer;

import java.util.regex.Pattern;

/**
 * Where K2's tokenizer cuts text before it merges bytes.
 *
 * <p>Source: {@code pat_str} of Kimi K2's tokenizer, with {@code \p{Han}} in Java's spelling.
 */
final class SplitPattern {

    private static final String NOT_HAN = "&&[^\\p{IsHan}]]";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}" + NOT_HAN;
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}" + NOT_HAN;
    private static final String LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";

    /** The flag makes {@code \s} and the contractions' case those of Unicode, as in tiktoken. */
    static final Pattern K2 = Pattern.compile(
            String.join(
                    "|",
                    "[\\p{IsHan}]+",
                    LEAD + UPPER + "*" + LOWER + "+" + CONTRACTION,
                    LEAD + UPPER + "+" + LOWER + "*" + CONTRACTION,
                    "\\p{N}{1,3}",
                    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
                    "\\s*[\\r\\n]+",
                    "\\s+(?!\\S)",
                    "\\s+"),
            Pattern.UNICODE_CHARACTER_CLASS);

    private SplitPattern() {}
}
