package dev.perigee.platform.apikey;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key may do. The stored and sent word is the name in lower case. */
public enum ApiKeyScope {
    /** Ask for answers: every POST of the data plane. */
    INFERENCE,
    /** Look: every GET of the data plane. */
    READ;

    /** The word for it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope of this word. */
    public static Optional<ApiKeyScope> ofWord(String word) {
        return Arrays.stream(values())
                .filter(scope -> scope.word().equals(word))
                .findFirst();
    }
}
