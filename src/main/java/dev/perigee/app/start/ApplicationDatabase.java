package dev.perigee.app.start;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * The database as the platform connects to it: as a role that owns nothing, so that row-level security holds for it.
 *
 * <p>Where the settings name no such role the owner makes it. Its password is derived from the owner's, so that every node of a platform comes
 * to the same one and none needs to be kept.
 */
record ApplicationDatabase(
        String url, String username, @Nullable String password) implements JdbcConnectionDetails {

    private static final String ALGORITHM = "HmacSHA256";

    /** The role that is set, or the one that the owner makes. */
    static ApplicationDatabase of(FlywayConnectionDetails owner, DatabaseProperties.Application set) {
        String url = Objects.requireNonNull(owner.getJdbcUrl(), "the owner has an address");
        if (set.username() != null) {
            return new ApplicationDatabase(url, set.username(), set.password());
        }
        try (ApplicationRole role = ApplicationRole.of(owner)) {
            String password = derived(owner.getPassword(), role.name());
            role.ensure(password);
            return new ApplicationDatabase(url, role.name(), password);
        }
    }

    private static String derived(@Nullable String ownersPassword, String role) {
        if (ownersPassword == null || ownersPassword.isEmpty()) {
            throw new StartRefusedException(
                    "The database's owner connects without a password, from which that of the role " + role
                            + " would be derived: create that role and name it by PERIGEE_DATABASE_APPLICATION_USERNAME and"
                            + " PERIGEE_DATABASE_APPLICATION_PASSWORD (src/docs/database.md says how).",
                    null);
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(ownersPassword.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of()
                    .formatHex(mac.doFinal(("perigee/application-role/" + role).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String getJdbcUrl() {
        return url;
    }

    @Override
    public String getUsername() {
        return username;
    }

    @Override
    public @Nullable String getPassword() {
        return password;
    }

    @Override
    public String toString() {
        return username + " at " + DatabaseProperties.withoutSecrets(url);
    }
}
