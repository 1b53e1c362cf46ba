package dev.perigee.crash;

import dev.perigee.postgres.LocalPostgres;
import dev.perigee.postgres.LocalPostgresOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The embedded PostgreSQL, durable, shared by all nodes; it can be killed with all its processes, and starts again by itself. */
final class CrashDatabase implements AutoCloseable {

    private static final String OVER_LIMIT = """
            SELECT b.id, b.limit_amount, w.settled, (
                SELECT coalesce(sum(r.held_tokens - r.estimated_tokens), 0) FROM billing.reservation r
                WHERE r.tenant_id = b.tenant_id AND r.state IN ('reserved', 'estimated')
                    AND r.reserved_at >= w.starts_at AND r.reserved_at < w.ends_at) AS held
            FROM billing.budget b JOIN billing.budget_window w ON w.budget_id = b.id WHERE b.currency IS NULL""";

    private final Path folder;
    private final LocalPostgres postgres;

    CrashDatabase(Path folder, Path programs) {
        this.folder = folder;
        this.postgres = LocalPostgres.start(LocalPostgresOptions.in(folder).withPrograms(programs));
    }

    /** What points a node at it. */
    List<String> properties() {
        return List.of(
                "--perigee.database.url=" + postgres.jdbcUrl(),
                "--perigee.database.username=" + postgres.username(),
                "--perigee.database.password=" + postgres.password());
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl() + "?connectTimeout=2&socketTimeout=30", postgres.username(), postgres.password());
    }

    /** Kills the postmaster and all its children. */
    void kill() throws IOException {
        Path file = folder.resolve("data").resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        ProcessHandle.of(pid).ifPresent(postmaster -> {
            try (Stream<ProcessHandle> children = postmaster.descendants()) {
                List<ProcessHandle> all = children.toList();
                postmaster.destroyForcibly();
                all.forEach(ProcessHandle::destroyForcibly);
            }
        });
    }

    /** How often it was started again. */
    long restarts() {
        return postgres.restarts();
    }

    /** By how much the hard budget that is passed furthest is passed at this moment; below zero where none is. */
    long overshoot(Connection connection) throws SQLException {
        long worst = Long.MIN_VALUE;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OVER_LIMIT)) {
            while (rows.next()) {
                worst = Math.max(worst, rows.getLong("settled") + rows.getLong("held") - rows.getLong("limit_amount"));
            }
        }
        return worst;
    }

    /** The one number that a statement answers. */
    long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** A request's two figures. */
    record Billed(String state, int outputTokens) {}

    /** What was billed of each admitted request. */
    Map<String, Billed> billed() throws SQLException {
        Map<String, Billed> all = new HashMap<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT r.request_id, r.state, coalesce(u.output_tokens + u.reasoning_tokens, 0) AS output"
                                + " FROM billing.reservation r LEFT JOIN billing.usage u USING (request_id)")) {
            while (rows.next()) {
                all.put(rows.getString(1), new Billed(rows.getString(2), rows.getInt(3)));
            }
        }
        return all;
    }

    @Override
    public void close() {
        postgres.close();
    }
}
