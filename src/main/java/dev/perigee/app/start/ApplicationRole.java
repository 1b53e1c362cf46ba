package dev.perigee.app.start;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;

/** The database role that the platform connects as, made and kept by the owner. Threads: one. */
final class ApplicationRole implements AutoCloseable {

    private static final int MAX_BYTES = 63;
    private static final String NOT_PERMITTED = "42501";

    private final FlywayConnectionDetails ownerDetails;
    private final Connection owner;
    private final String name;

    private ApplicationRole(FlywayConnectionDetails ownerDetails, Connection owner, String name) {
        this.ownerDetails = ownerDetails;
        this.owner = owner;
        this.name = name;
    }

    /** The role of the owner's database; need not be there yet. */
    static ApplicationRole of(FlywayConnectionDetails details) {
        try {
            Connection owner =
                    DriverManager.getConnection(details.getJdbcUrl(), details.getUsername(), details.getPassword());
            String name = owner.getCatalog() + "_app";
            if (name.length() > MAX_BYTES) {
                owner.close();
                throw new StartRefusedException(
                        "The database's name is too long to name the role " + name
                                + " after it; name one by PERIGEE_DATABASE_APPLICATION_USERNAME.",
                        null);
            }
            return new ApplicationRole(details, owner, name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String name() {
        return name;
    }

    /** Makes the role where it is missing, and lets it in with this password. Several platforms may start at the same time. */
    void ensure(String password) {
        try (Statement statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('perigee/application-role'))");
            if (!exists()) {
                statement.execute("CREATE ROLE " + statement.enquoteIdentifier(name, true)
                        + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS");
            }
            if (!lets(password)) {
                owner.unwrap(PGConnection.class).alterUserPassword(name, password.toCharArray(), "scram-sha-256");
            }
            owner.commit();
        } catch (SQLException e) {
            throw NOT_PERMITTED.equals(e.getSQLState()) ? notPermitted(e) : new IllegalStateException(e);
        }
    }

    private boolean exists() throws SQLException {
        try (PreparedStatement query = owner.prepareStatement("SELECT FROM pg_roles WHERE rolname = ?")) {
            query.setString(1, name);
            try (ResultSet found = query.executeQuery()) {
                return found.next();
            }
        }
    }

    private boolean lets(String password) {
        try (Connection application = DriverManager.getConnection(ownerDetails.getJdbcUrl(), name, password)) {
            return application.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private StartRefusedException notPermitted(SQLException cause) {
        return new StartRefusedException(
                "The database user " + ownerDetails.getUsername() + " may not make the role " + name
                        + " that the platform connects as: give it CREATEROLE, or create that role and name it by"
                        + " PERIGEE_DATABASE_APPLICATION_USERNAME and PERIGEE_DATABASE_APPLICATION_PASSWORD"
                        + " (src/docs/database.md says how).",
                cause);
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
