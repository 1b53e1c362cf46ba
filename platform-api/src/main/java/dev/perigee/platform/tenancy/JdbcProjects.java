package dev.perigee.platform.tenancy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Projects in PostgreSQL, one statement an operation. */
final class JdbcProjects implements Projects {

    private static final String COLUMNS = "p.id, p.tenant_id, p.name, p.created_at";
    private static final String LIVE = """
            p.deleted_at IS NULL
            AND EXISTS (SELECT FROM platform.tenant t WHERE t.id = p.tenant_id AND t.deleted_at IS NULL)""";

    private final JdbcClient jdbc;

    JdbcProjects(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Optional<Project> create(UUID tenantId, String name) {
        Names.check(name);
        return jdbc.sql("""
                        INSERT INTO platform.project AS p (id, tenant_id, name)
                        SELECT :id, t.id, :name FROM platform.tenant t WHERE t.id = :tenant AND t.deleted_at IS NULL
                        RETURNING %s""".formatted(COLUMNS))
                .param("id", UUID.randomUUID())
                .param("tenant", tenantId)
                .param("name", name)
                .query(JdbcProjects::project)
                .optional();
    }

    @Override
    public Optional<Project> find(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM platform.project p WHERE p.id = :id AND " + LIVE)
                .param("id", id)
                .query(JdbcProjects::project)
                .optional();
    }

    @Override
    public List<Project> list(UUID tenantId, @Nullable UUID after, int limit) {
        return jdbc.sql("""
                        SELECT %s FROM platform.project p
                        WHERE p.tenant_id = :tenant AND %s AND (CAST(:after AS uuid) IS NULL OR (p.created_at, p.id) >
                            (SELECT a.created_at, a.id FROM platform.project a WHERE a.id = CAST(:after AS uuid)))
                        ORDER BY p.created_at, p.id LIMIT :limit""".formatted(COLUMNS, LIVE))
                .param("tenant", tenantId)
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query(JdbcProjects::project)
                .list();
    }

    @Override
    public Optional<Project> rename(UUID id, String name) {
        Names.check(name);
        return jdbc.sql("UPDATE platform.project p SET name = :name WHERE p.id = :id AND " + LIVE + " RETURNING "
                        + COLUMNS)
                .param("name", name)
                .param("id", id)
                .query(JdbcProjects::project)
                .optional();
    }

    @Override
    public ProjectDeletion delete(UUID id) {
        if (find(id).isEmpty()) {
            return ProjectDeletion.UNKNOWN;
        }
        int deleted = jdbc.sql("""
                        UPDATE platform.project p SET deleted_at = now() WHERE p.id = :id AND p.deleted_at IS NULL
                        AND NOT EXISTS (SELECT FROM platform.tenant t WHERE t.default_project_id = p.id)""").param("id", id).update();
        return deleted == 1 ? ProjectDeletion.DELETED : ProjectDeletion.IS_DEFAULT;
    }

    private static Project project(ResultSet row, int number) throws SQLException {
        return new Project(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
