package dev.perigee.app.start;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.StringUtils;

/**
 * A PostgreSQL of one's own.
 *
 * @param url Address of the database, such as jdbc:postgresql://host:5432/perigee; one is embedded where none is set.
 * @param username Who connects.
 * @param password That user's password.
 */
@ConfigurationProperties("perigee.database")
record DatabaseProperties(
        @Nullable String url,
        @Nullable String username,
        @Nullable String password) {

    private static final String PREFIX = "jdbc:postgresql:";

    DatabaseProperties {
        url = StringUtils.hasText(url) ? url : null;
        if (url != null && !url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("PERIGEE_DATABASE_URL is \"" + withoutSecrets(url)
                    + "\", must be like jdbc:postgresql://host:5432/perigee");
        }
    }

    /** An address without what may be a password. */
    static String withoutSecrets(String url) {
        return url.replaceFirst("\\?.*", "").replaceFirst("//[^/@]*@", "//");
    }

    @Override
    public String toString() {
        return "DatabaseProperties[url=" + (url == null ? "" : withoutSecrets(url)) + "]";
    }
}
