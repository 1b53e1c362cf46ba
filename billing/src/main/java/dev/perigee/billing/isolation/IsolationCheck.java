package dev.perigee.billing.isolation;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Refuses a database in which the application could see everybody's rows by mistake. */
public final class IsolationCheck {

    private static final String OTHER_ROLE =
            "Let the application connect as a role of its own (spring.datasource.username) and only"
                    + " migrations as the owner (spring.flyway.user); src/docs/database.md says what to grant.";

    private IsolationCheck() {}

    private record Role(String name, boolean superuser, boolean bypasses, List<String> owned) {}

    /**
     * Looks at the role and the tables behind these connections, which must be those of the application.
     *
     * @throws BrokenIsolationException where the role stands above row-level security, where a table has none, or where a scope does not
     *     arrive as it was told
     */
    public static void run(JdbcClient jdbc) {
        checkRole(role(jdbc));
        List<String> unprotected = jdbc.sql("SELECT * FROM isolation.unprotected()")
                .query((row, number) -> row.getString(1))
                .list();
        if (!unprotected.isEmpty()) {
            throw new BrokenIsolationException(
                    "No row-level security keeps tenants apart in " + String.join(", ", unprotected) + ".",
                    "As the owner run SELECT isolation.protect('" + unprotected.getFirst()
                            + "'), best in a migration; a table without anything of a tenant goes into isolation.shared_table.");
        }
        checkScope(jdbc);
    }

    private static Role role(JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT r.rolname, r.rolsuper, r.rolbypassrls, ARRAY(
                            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname IN ('billing', 'platform', 'isolation') AND c.relkind IN ('r', 'p')
                                AND pg_has_role(r.oid, c.relowner, 'MEMBER') ORDER BY 1) AS owned
                        FROM pg_roles r WHERE r.rolname = session_user""")
                .query((row, number) -> new Role(
                        row.getString("rolname"),
                        row.getBoolean("rolsuper"),
                        row.getBoolean("rolbypassrls"),
                        List.of((String[]) row.getArray("owned").getArray())))
                .single();
    }

    private static void checkRole(Role role) {
        if (role.superuser() || role.bypasses()) {
            throw new BrokenIsolationException(
                    "The application connects to the database as " + role.name() + ", which "
                            + (role.superuser() ? "is a superuser" : "has BYPASSRLS")
                            + ": row-level security does not hold for it.",
                    OTHER_ROLE);
        }
        if (!role.owned().isEmpty()) {
            throw new BrokenIsolationException(
                    "The application connects to the database as " + role.name()
                            + ", which owns, or may become the owner of, "
                            + role.owned().getFirst() + ": it could switch row-level security off.",
                    OTHER_ROLE);
        }
    }

    private static void checkScope(JdbcClient jdbc) {
        boolean arrives = RowScope.ofPlatform()
                .call(() -> jdbc.sql("SELECT isolation.scope() IS NOT NULL")
                        .query(Boolean.class)
                        .single());
        if (!arrives) {
            throw new BrokenIsolationException(
                    "The database does not recognise the scope that the application told it: a pooler between the two gives"
                            + " statements to changing server processes, or the connections are not a ScopedDataSource.",
                    "Connect to PostgreSQL directly.");
        }
    }
}
