package dev.perigee.platform.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * An entry as the database has it.
 *
 * @param hash HMAC-SHA-256 in hexadecimal digits
 */
record AuditRow(AuditEntry entry, String hash) {

    static final String COLUMNS =
            "number, at, actor, request_id, action, subject_type, subject_id, tenant_id, before, after, hash";

    static AuditRow read(ResultSet row, int index) throws SQLException {
        AuditEntry entry = new AuditEntry(
                row.getLong("number"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new AuditActor(row.getString("actor"), row.getString("request_id")),
                row.getString("action"),
                new AuditSubject(
                        row.getString("subject_type"),
                        row.getObject("subject_id", UUID.class),
                        row.getObject("tenant_id", UUID.class)),
                row.getString("before"),
                row.getString("after"));
        return new AuditRow(entry, row.getString("hash"));
    }
}
