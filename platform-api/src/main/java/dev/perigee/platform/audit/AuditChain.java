package dev.perigee.platform.audit;

import dev.perigee.platform.secret.HashPurpose;
import dev.perigee.platform.secret.ServerKey;
import java.util.HexFormat;
import java.util.Objects;

/** The keyed hash of an entry: it covers every column and the hash of the entry before. Threads: safe. */
final class AuditChain {

    /** What stands where the entry before the first one would. */
    static final String BEGINNING = "";

    private final ServerKey key;

    AuditChain(ServerKey key) {
        this.key = key;
    }

    /** 32 bytes in hexadecimal digits. */
    String hash(String previous, AuditEntry entry) {
        byte[] hash = key.hash(
                HashPurpose.AUDIT,
                previous,
                Long.toString(entry.number()),
                entry.at().toString(),
                entry.actor().name(),
                entry.actor().requestId(),
                entry.action(),
                entry.subject().type(),
                entry.subject().id().toString(),
                Objects.toString(entry.subject().tenantId(), ""),
                Objects.requireNonNullElse(entry.before(), ""), // JSON is never empty
                Objects.requireNonNullElse(entry.after(), ""));
        return HexFormat.of().formatHex(hash);
    }
}
