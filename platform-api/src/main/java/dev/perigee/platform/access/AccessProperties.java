package dev.perigee.platform.access;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How the administrator is known.
 *
 * @param adminToken Token of the admin API and the console, of 16 to 256 characters. Default: made at the first start and kept in the file
 *     admin-token of the data directory.
 */
@ConfigurationProperties("perigee")
record AccessProperties(@Nullable String adminToken) {

    AccessProperties {
        if (adminToken != null && adminToken.isBlank()) {
            adminToken = null;
        }
        if (adminToken != null) {
            check("perigee.admin-token", adminToken);
        }
    }

    static void check(String name, String token) {
        if (token.length() < AdminTokenVerifier.MIN_LENGTH || token.length() > AdminTokenVerifier.MAX_LENGTH) {
            throw new IllegalArgumentException(name + " has " + token.length() + " characters, must have "
                    + AdminTokenVerifier.MIN_LENGTH + " to " + AdminTokenVerifier.MAX_LENGTH);
        }
    }

    @Override
    public String toString() {
        return "AccessProperties[adminToken=" + (adminToken == null ? "none" : "hidden") + "]";
    }
}
