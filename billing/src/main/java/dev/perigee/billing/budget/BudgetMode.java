package dev.perigee.billing.budget;

import java.util.Locale;

/** What a spent budget does. The stored word is the name in lower case. */
public enum BudgetMode {
    /** It refuses, and cuts answers at the last paid token. */
    HARD,
    /** It only counts. */
    SHADOW;

    /** The word that is stored and sent: the name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The mode of this stored word. */
    public static BudgetMode ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
