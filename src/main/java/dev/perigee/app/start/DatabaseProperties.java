package dev.perigee.app.start;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * A PostgreSQL of one's own.
 *
 * @param url Address of the database, such as jdbc:postgresql://host:5432/perigee; one is embedded where none is set.
 * @param username The owner of Perigee's tables, who migrates them.
 * @param password That user's password.
 * @param application The role that the platform itself connects as.
 */
@ConfigurationProperties("perigee.database")
record DatabaseProperties(
        @Nullable String url,
        @Nullable String username,
        @Nullable String password,
        @DefaultValue Application application) {

    private static final String PREFIX = "jdbc:postgresql:";

    /**
     * The role that the platform connects as: no owner of anything, no superuser.
     *
     * @param username Its name. Default: made by the platform, the database's name with _app behind it.
     * @param password Its password.
     */
    record Application(@Nullable String username, @Nullable String password) {

        Application {
            username = StringUtils.hasText(username) ? username : null;
        }

        @Override
        public String toString() {
            return "Application[username=" + username + "]";
        }
    }

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
