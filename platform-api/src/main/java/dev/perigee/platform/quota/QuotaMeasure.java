package dev.perigee.platform.quota;

import java.util.Locale;

/** What a quota limits. The word that is sent is the name in lower case. */
public enum QuotaMeasure {
    /** Requests let in. */
    REQUESTS_PER_MINUTE,
    /** Tokens, of prompts and of answers. */
    TOKENS_PER_MINUTE,
    /** Requests that run at the same time. */
    CONCURRENT_REQUESTS;

    /** The word that is sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
