package dev.perigee.platform.quota;

import java.util.Locale;

/** Whose limit it is, from the narrowest on. The stored word is the name in lower case. */
public enum QuotaScope {
    /** One credential. */
    API_KEY,
    /** All keys of a project. */
    PROJECT,
    /** All keys of a tenant. */
    TENANT;

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The scope of this stored word. */
    static QuotaScope ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
