package dev.perigee.app.start;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;

/** A database that someone else runs, as the owner of Perigee's tables connects to it. */
record OutsideDatabase(
        String url, @Nullable String username, @Nullable String password) implements FlywayConnectionDetails {

    @Override
    public String getJdbcUrl() {
        return url;
    }

    @Override
    public @Nullable String getUsername() {
        return username;
    }

    @Override
    public @Nullable String getPassword() {
        return password;
    }

    @Override
    public String toString() {
        return DatabaseProperties.withoutSecrets(url);
    }
}
