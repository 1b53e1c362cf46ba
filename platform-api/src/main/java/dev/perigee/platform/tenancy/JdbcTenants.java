package dev.perigee.platform.tenancy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tenants in PostgreSQL, one statement an operation. */
final class JdbcTenants implements Tenants {

    private static final String DEFAULT_PROJECT = "Default";
    private static final String COLUMNS = "t.id, t.name, t.time_zone, t.currency, t.default_project_id, t.created_at";

    private final JdbcClient jdbc;

    JdbcTenants(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Tenant create(NewTenant tenant) {
        return jdbc.sql("""
                        WITH t AS (
                            INSERT INTO platform.tenant (id, name, time_zone, currency, default_project_id)
                            VALUES (:id, :name, :timeZone, :currency, :project) RETURNING *),
                        p AS (
                            INSERT INTO platform.project (id, tenant_id, name)
                            SELECT default_project_id, id, :projectName FROM t)
                        SELECT %s FROM t""".formatted(COLUMNS))
                .param("id", UUID.randomUUID())
                .param("name", tenant.name())
                .param("timeZone", tenant.timeZone().getId())
                .param("currency", tenant.currency().getCurrencyCode())
                .param("project", UUID.randomUUID())
                .param("projectName", DEFAULT_PROJECT)
                .query(JdbcTenants::tenant)
                .single();
    }

    @Override
    public Optional<Tenant> find(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM platform.tenant t WHERE id = :id AND deleted_at IS NULL")
                .param("id", id)
                .query(JdbcTenants::tenant)
                .optional();
    }

    @Override
    public Optional<Tenant> findEver(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM platform.tenant t WHERE id = :id")
                .param("id", id)
                .query(JdbcTenants::tenant)
                .optional();
    }

    @Override
    public List<Tenant> list(@Nullable UUID after, int limit) {
        return jdbc.sql("""
                        SELECT %s FROM platform.tenant t
                        WHERE deleted_at IS NULL AND (CAST(:after AS uuid) IS NULL OR (t.created_at, t.id) >
                            (SELECT a.created_at, a.id FROM platform.tenant a WHERE a.id = CAST(:after AS uuid)))
                        ORDER BY t.created_at, t.id LIMIT :limit""".formatted(COLUMNS))
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query(JdbcTenants::tenant)
                .list();
    }

    @Override
    public Optional<Tenant> change(UUID id, TenantChange change) {
        return jdbc.sql("""
                        UPDATE platform.tenant t SET name = coalesce(:name, name), time_zone = coalesce(:timeZone, time_zone)
                        WHERE id = :id AND deleted_at IS NULL RETURNING %s""".formatted(COLUMNS))
                .param("name", change.name())
                .param(
                        "timeZone",
                        change.timeZone() == null ? null : change.timeZone().getId())
                .param("id", id)
                .query(JdbcTenants::tenant)
                .optional();
    }

    @Override
    public boolean delete(UUID id) {
        return jdbc.sql("UPDATE platform.tenant SET deleted_at = now() WHERE id = :id AND deleted_at IS NULL")
                        .param("id", id)
                        .update()
                == 1;
    }

    @Override
    public Optional<Tenant> findWithProject(UUID id, UUID projectId) {
        return jdbc.sql("""
                        SELECT %s FROM platform.tenant t JOIN platform.project p ON p.tenant_id = t.id
                        WHERE t.id = :id AND p.id = :project AND t.deleted_at IS NULL AND p.deleted_at IS NULL""".formatted(COLUMNS))
                .param("id", id)
                .param("project", projectId)
                .query(JdbcTenants::tenant)
                .optional();
    }

    private static Tenant tenant(ResultSet row, int number) throws SQLException {
        return new Tenant(
                row.getObject("id", UUID.class),
                row.getString("name"),
                ZoneId.of(row.getString("time_zone")),
                Currency.getInstance(row.getString("currency")),
                row.getObject("default_project_id", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
