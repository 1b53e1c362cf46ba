package dev.perigee.billing.metering;

import java.util.Locale;
import java.util.UUID;

/** Whose budget or quota it is, from the narrowest on. The stored word is the name in lower case. */
public enum LimitScope {
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
    public static LimitScope ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The key, project or tenant of a request. */
    public UUID idIn(CostAttribution attribution) {
        return switch (this) {
            case API_KEY -> attribution.apiKeyId();
            case PROJECT -> attribution.projectId();
            case TENANT -> attribution.tenantId();
        };
    }
}
