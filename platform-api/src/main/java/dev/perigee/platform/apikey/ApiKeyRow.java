package dev.perigee.platform.apikey;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A row of the key table, {@code k}.
 *
 * @param apiKey what anyone may know of it
 * @param keyHash the hash to compare with
 * @param stale whether its last use was noted more than a minute ago
 */
record ApiKeyRow(ApiKey apiKey, byte[] keyHash, boolean stale) {

    static final String COLUMNS = """
            k.id, k.tenant_id, k.project_id, k.name, k.prefix, k.models, k.scopes, k.created_at, k.expires_at, k.revoked_at,
            k.last_used_at, k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS stale,
            CASE WHEN k.revoked_at IS NOT NULL THEN 'REVOKED' WHEN k.expires_at <= now() THEN 'EXPIRED' ELSE 'ACTIVE' END AS state""";

    static ApiKeyRow read(ResultSet row, int number) throws SQLException {
        return new ApiKeyRow(withoutHash(row, number), row.getBytes("key_hash"), row.getBoolean("stale"));
    }

    static ApiKey withoutHash(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("project_id", UUID.class),
                row.getString("name"),
                row.getString("prefix"),
                texts(row, "models"),
                texts(row, "scopes").stream()
                        .map(word -> ApiKeyScope.ofWord(word).orElseThrow())
                        .collect(Collectors.toUnmodifiableSet()),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                moment(row, "expires_at"),
                moment(row, "revoked_at"),
                moment(row, "last_used_at"),
                ApiKey.State.valueOf(row.getString("state")));
    }

    private static Set<String> texts(ResultSet row, String column) throws SQLException {
        return Arrays.stream((String[]) row.getArray(column).getArray()).collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }
}
