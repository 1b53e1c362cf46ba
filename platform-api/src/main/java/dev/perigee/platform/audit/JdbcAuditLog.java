package dev.perigee.platform.audit;

import dev.perigee.platform.audit.AuditHead.Seen;
import dev.perigee.platform.web.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** The log in PostgreSQL. */
final class JdbcAuditLog implements AuditLog {

    private static final int FETCH = 1000;
    /** The lock of whoever appends: "audit" in ASCII. */
    private static final long LOCK = 0x61_75_64_69_74L;

    private static final String SELECT = "SELECT " + AuditRow.COLUMNS + " FROM platform.audit_entry ";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AuditChain chain;
    private final AuditHead head;

    JdbcAuditLog(JdbcClient jdbc, PlatformTransactionManager transactions, AuditChain chain, AuditHead head) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.chain = chain;
        this.head = head;
    }

    private record Appended<T>(T result, Seen seen) {}

    @Override
    public <T> T recorded(AuditActor actor, String action, Supplier<AuditedChange<T>> change) {
        Appended<T> appended = Objects.requireNonNull(transaction.execute(status -> {
            AuditedChange<T> made = change.get();
            return new Appended<>(made.result(), append(actor, action, made));
        }));
        head.write(appended.seen());
        return appended.result();
    }

    /** Last in the transaction, so that nobody waits for the chain longer than the append and the commit take. */
    private Seen append(AuditActor actor, String action, AuditedChange<?> change) {
        jdbc.sql("SELECT pg_advisory_xact_lock(:lock)")
                .param("lock", LOCK)
                .query()
                .singleRow();
        Optional<AuditRow> last = jdbc.sql(SELECT + "ORDER BY number DESC LIMIT 1")
                .query(AuditRow::read)
                .optional();
        AuditEntry entry = new AuditEntry(
                last.map(row -> row.entry().number()).orElse(0L) + 1,
                now(),
                actor,
                action,
                change.subject(),
                text(change.before()),
                text(change.after()));
        String hash = chain.hash(last.map(AuditRow::hash).orElse(AuditChain.BEGINNING), entry);
        insert(entry, hash);
        return new Seen(entry.number(), hash);
    }

    private Instant now() {
        return jdbc.sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static @Nullable String text(@Nullable JsonNode state) {
        return state == null ? null : Json.text(state);
    }

    private void insert(AuditEntry entry, String hash) {
        jdbc.sql("INSERT INTO platform.audit_entry (" + AuditRow.COLUMNS + """
                        ) VALUES (:number, :at, :actor, :request, :action, :type, :subject, :tenant, CAST(:before AS json),
                            CAST(:after AS json), :hash)""")
                .param("number", entry.number())
                .param("at", entry.at().atOffset(ZoneOffset.UTC))
                .param("actor", entry.actor().name())
                .param("request", entry.actor().requestId())
                .param("action", entry.action())
                .param("type", entry.subject().type())
                .param("subject", entry.subject().id())
                .param("tenant", entry.subject().tenantId())
                .param("before", entry.before())
                .param("after", entry.after())
                .param("hash", hash)
                .update();
    }

    @Override
    public List<AuditEntry> list(long after, int limit) {
        return jdbc
                .sql(SELECT + "WHERE number > :after ORDER BY number LIMIT :limit")
                .param("after", after)
                .param("limit", limit)
                .query(AuditRow::read)
                .list()
                .stream()
                .map(AuditRow::entry)
                .toList();
    }

    @Override
    public AuditVerdict verify() {
        // read first: an entry appended meanwhile may be missing in the file, never in the database
        AuditVerification verification = new AuditVerification(chain, head.read());
        return Objects.requireNonNull(transaction.execute(status -> {
            try (Stream<AuditRow> rows =
                    jdbc.sql(SELECT + "ORDER BY number").withFetchSize(FETCH).query(AuditRow::read).stream()) {
                rows.forEach(verification::next);
            }
            return verification.verdict();
        }));
    }
}
