package dev.perigee.platform.apikey;

import dev.perigee.platform.secret.HashPurpose;
import dev.perigee.platform.secret.ServerKey;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** API keys in PostgreSQL. */
final class JdbcApiKeys implements ApiKeys {

    private static final byte[] NO_HASH = new byte[32];
    private static final String SELECT = "SELECT " + ApiKeyRow.COLUMNS + " FROM platform.api_key k ";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final ServerKey serverKey;
    private final Tenants tenants;

    JdbcApiKeys(JdbcClient jdbc, PlatformTransactionManager transactions, ServerKey serverKey, Tenants tenants) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.serverKey = serverKey;
        this.tenants = tenants;
    }

    @Override
    public ApiKeyIssue issue(NewApiKey key) {
        Optional<Tenant> tenant = tenants.find(key.tenantId());
        if (tenant.isEmpty()) {
            return new ApiKeyIssue.UnknownTenant(key.tenantId());
        }
        UUID projectId =
                key.projectId() != null ? key.projectId() : tenant.get().defaultProjectId();
        if (tenants.findWithProject(key.tenantId(), projectId).isEmpty()) {
            return new ApiKeyIssue.UnknownProject(projectId);
        }
        Instant expiresAt = key.expiresAt();
        if (expiresAt != null && !inFuture(expiresAt)) {
            return new ApiKeyIssue.AlreadyExpired(expiresAt);
        }
        return insert(key, projectId);
    }

    private boolean inFuture(Instant moment) {
        return jdbc.sql("SELECT :moment > now()")
                .param("moment", moment.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    private ApiKeyIssue.Issued insert(NewApiKey key, UUID projectId) {
        KeyText text = KeyText.next();
        Instant expiresAt = key.expiresAt();
        ApiKey apiKey = jdbc.sql("""
                        INSERT INTO platform.api_key AS k
                            (id, tenant_id, project_id, name, prefix, key_hash, models, scopes, expires_at)
                        VALUES (:id, :tenant, :project, :name, :prefix, :hash, CAST(:models AS text[]), CAST(:scopes AS text[]),
                            :expires)
                        RETURNING %s""".formatted(ApiKeyRow.COLUMNS))
                .param("id", UUID.randomUUID())
                .param("tenant", key.tenantId())
                .param("project", projectId)
                .param("name", key.name())
                .param("prefix", text.prefix())
                .param("hash", hash(text))
                .param("models", key.models().toArray(String[]::new))
                .param("scopes", key.scopes().stream().map(ApiKeyScope::word).toArray(String[]::new))
                .param("expires", expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC))
                .query(ApiKeyRow::withoutHash)
                .single();
        return new ApiKeyIssue.Issued(apiKey, new ApiKeySecret(text.whole()));
    }

    private byte[] hash(KeyText text) {
        return serverKey.hash(HashPurpose.API_KEY, text.whole());
    }

    @Override
    public Optional<ApiKey> verify(String presented) {
        Optional<KeyText> text = KeyText.parse(presented);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<ApiKeyRow> row = jdbc.sql(
                        "SELECT key_hash, " + ApiKeyRow.COLUMNS + " FROM platform.api_key k WHERE prefix = :prefix")
                .param("prefix", text.get().prefix())
                .query(ApiKeyRow::read)
                .optional();
        byte[] known = row.map(ApiKeyRow::keyHash).orElse(NO_HASH);
        if (!MessageDigest.isEqual(known, hash(text.get())) || row.isEmpty()) {
            return Optional.empty();
        }
        Optional<ApiKey> active = row.map(ApiKeyRow::apiKey).filter(key -> key.state() == ApiKey.State.ACTIVE);
        active.ifPresent(key -> touch(key.id(), row.get().stale()));
        return active;
    }

    /** A write a minute and key at most, and never a wait for another one's. */
    private void touch(UUID id, boolean stale) {
        if (stale) {
            jdbc.sql("""
                            UPDATE platform.api_key SET last_used_at = now() WHERE id = (
                                SELECT id FROM platform.api_key WHERE id = :id FOR UPDATE SKIP LOCKED)""").param("id", id).update();
        }
    }

    @Override
    public Optional<ApiKey> find(UUID id) {
        return jdbc.sql(SELECT + "WHERE k.id = :id")
                .param("id", id)
                .query(ApiKeyRow::withoutHash)
                .optional();
    }

    @Override
    public List<ApiKey> list(UUID tenantId, @Nullable UUID after, int limit) {
        return jdbc.sql(SELECT + """
                        WHERE k.tenant_id = :tenant AND (CAST(:after AS uuid) IS NULL OR (k.created_at, k.id) >
                            (SELECT a.created_at, a.id FROM platform.api_key a WHERE a.id = CAST(:after AS uuid)))
                        ORDER BY k.created_at, k.id LIMIT :limit""")
                .param("tenant", tenantId)
                .param("after", after == null ? null : after.toString())
                .param("limit", limit)
                .query(ApiKeyRow::withoutHash)
                .list();
    }

    @Override
    public boolean revoke(UUID id) {
        return jdbc.sql("UPDATE platform.api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = :id")
                        .param("id", id)
                        .update()
                == 1;
    }

    @Override
    public Optional<ApiKeyIssue.Issued> rotate(UUID id, Duration overlap) {
        return transaction.execute(status -> jdbc.sql(SELECT + "WHERE k.id = :id FOR UPDATE")
                .param("id", id)
                .query(ApiKeyRow::withoutHash)
                .optional()
                .filter(key -> key.state() == ApiKey.State.ACTIVE)
                .map(key -> replace(key, overlap)));
    }

    private ApiKeyIssue.Issued replace(ApiKey old, Duration overlap) {
        jdbc.sql("""
                        UPDATE platform.api_key
                        SET expires_at = least(expires_at, now() + make_interval(secs => :seconds)) WHERE id = :id""")
                .param("seconds", (double) overlap.toSeconds())
                .param("id", old.id())
                .update();
        NewApiKey next =
                new NewApiKey(old.tenantId(), old.projectId(), old.name(), old.models(), old.scopes(), old.expiresAt());
        return insert(next, old.projectId());
    }
}
