package dev.perigee.billing.budget;

import dev.perigee.billing.batch.Rows;
import dev.perigee.billing.metering.CostAttributionRow;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The periods of budgets in PostgreSQL.
 *
 * <p>Every method belongs to the caller's transaction.
 */
final class BudgetWindows {

    /** The order in which everybody locks: as the database sorts them. */
    private static final Comparator<BudgetRow> LOCK_ORDER = Comparator.comparing(
                    (BudgetRow row) -> row.id().toString())
            .thenComparing(row -> row.window().start());

    private static final String OPEN = """
            INSERT INTO billing.budget_window (budget_id, starts_at, ends_at, settled)
            SELECT q.budget, q.starts_at, q.ends_at, 0
            FROM unnest(CAST(:budgets AS uuid[]), CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
                AS q (budget, starts_at, ends_at)
            WHERE (SELECT true FROM billing.budget_window w WHERE w.budget_id = q.budget AND w.starts_at = q.starts_at) IS NULL
            ON CONFLICT DO NOTHING""";
    private static final String SETTLED = """
            SELECT w.budget_id, w.starts_at, w.settled
            FROM unnest(CAST(:budgets AS uuid[]), CAST(:starts AS timestamptz[])) AS q (budget, starts_at)
            JOIN billing.budget_window w ON w.budget_id = q.budget AND w.starts_at = q.starts_at""";
    private static final String LOCK = SETTLED + " ORDER BY w.budget_id, w.starts_at FOR UPDATE OF w";
    private static final String RESERVED = """
            SELECT q.number, h.reserved
            FROM unnest(CAST(:tenants AS uuid[]), CAST(:scopes AS text[]), CAST(:scopeIds AS uuid[]), CAST(:inTokens AS boolean[]),
                    CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
                WITH ORDINALITY AS q (tenant, scope, scope_id, in_tokens, starts_at, ends_at, number)
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(CASE WHEN q.in_tokens THEN r.held_tokens - r.estimated_tokens
                    ELSE r.held_nanos - r.estimated_nanos END), 0) AS reserved
                FROM billing.reservation r
                WHERE r.state IN ('reserved', 'estimated') AND r.tenant_id = q.tenant
                    AND CASE q.scope WHEN 'api_key' THEN r.api_key_id WHEN 'project' THEN r.project_id ELSE r.tenant_id END = q.scope_id
                    AND r.reserved_at >= q.starts_at AND r.reserved_at < q.ends_at) h""";
    private static final String USED = """
            SELECT coalesce(sum(CASE WHEN :tokens THEN u.uncached_input_tokens + u.cached_input_tokens + u.output_tokens
                + u.reasoning_tokens ELSE u.cost_nanos END), 0) FROM billing.usage u
            WHERE u.tenant_id = :tenant AND u.%s_id = :scopeId AND u.occurred_at >= :start AND u.occurred_at < :end""";
    private static final String SETTLE = """
            WITH owed AS MATERIALIZED (
                SELECT w.budget_id, w.starts_at, sum(CASE WHEN b.currency IS NULL THEN q.tokens ELSE q.nanos END) AS amount
                FROM unnest(CAST(:apiKeys AS uuid[]), CAST(:projects AS uuid[]), CAST(:tenants AS uuid[]),
                        CAST(:moments AS timestamptz[]), CAST(:nanos AS bigint[]), CAST(:tokens AS bigint[]))
                    AS q (api_key, project, tenant, moment, nanos, tokens)
                CROSS JOIN LATERAL (VALUES ('api_key', q.api_key), ('project', q.project), ('tenant', q.tenant)) AS s (scope, id)
                JOIN billing.budget b ON b.scope = s.scope AND b.scope_id = s.id
                JOIN billing.budget_window w ON w.budget_id = b.id AND w.starts_at <= q.moment AND w.ends_at > q.moment
                GROUP BY w.budget_id, w.starts_at
            ), locked AS MATERIALIZED (
                SELECT w.budget_id, w.starts_at, o.amount FROM owed o JOIN billing.budget_window w USING (budget_id, starts_at)
                ORDER BY w.budget_id, w.starts_at FOR UPDATE OF w
            )
            UPDATE billing.budget_window w SET settled = w.settled + l.amount
            FROM locked l WHERE w.budget_id = l.budget_id AND w.starts_at = l.starts_at""";

    private final JdbcClient jdbc;

    BudgetWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Begins those present periods, empty, that nobody began, and locks all of them until the transaction ends; tells where those of hard
     * budgets stand.
     *
     * <p>What is reserved is read by a statement of its own after the locks are there, so that nothing committed before is missed.
     */
    Map<BudgetRow.Place, BudgetStanding> lock(Collection<BudgetRow> rows) {
        Map<BudgetRow.Place, BudgetRow> distinct = new LinkedHashMap<>();
        rows.stream().sorted(LOCK_ORDER).forEach(row -> distinct.putIfAbsent(row.place(), row));
        if (distinct.isEmpty()) {
            return Map.of();
        }
        jdbc.sql(OPEN).params(parameters(distinct.values())).update();
        Map<BudgetRow.Place, Long> settled = settled(LOCK, distinct.values());
        List<BudgetRow> hard =
                distinct.values().stream().filter(BudgetRow::isHard).toList();
        return standings(hard, settled);
    }

    /** Where the budget stands in its present period. */
    BudgetStanding standing(BudgetRow row) {
        return standings(List.of(row), settled(SETTLED, List.of(row)))
                .values()
                .iterator()
                .next();
    }

    private Map<BudgetRow.Place, Long> settled(String statement, Collection<BudgetRow> rows) {
        Map<BudgetRow.Place, Long> settled = new HashMap<>();
        jdbc.sql(statement).params(parameters(rows)).query(row -> {
            settled.put(
                    new BudgetRow.Place(
                            row.getObject("budget_id", UUID.class),
                            row.getObject("starts_at", OffsetDateTime.class).toInstant()),
                    row.getLong("settled"));
        });
        return settled;
    }

    private Map<BudgetRow.Place, BudgetStanding> standings(List<BudgetRow> rows, Map<BudgetRow.Place, Long> settled) {
        Map<BudgetRow.Place, BudgetStanding> standings = new HashMap<>();
        if (!rows.isEmpty()) {
            jdbc.sql(RESERVED).params(parameters(rows)).query(sum -> {
                BudgetRow row = rows.get(sum.getInt("number") - 1);
                standings.put(
                        row.place(), row.standing(settled.getOrDefault(row.place(), 0L), sum.getLong("reserved")));
            });
        }
        return standings;
    }

    /** Fills the budget's present period with what was used in it; nobody else may be admitting or settling. */
    void fill(BudgetRow row) {
        BudgetWindow window = row.window();
        Map<String, Object> period = Map.of(
                "start",
                window.start().atOffset(ZoneOffset.UTC),
                "end",
                window.end().atOffset(ZoneOffset.UTC));
        long used = jdbc.sql(USED.formatted(row.owner().scope().word()))
                .params(period)
                .param("tokens", row.inTokens())
                .param("tenant", row.owner().tenantId())
                .param("scopeId", row.owner().scopeId())
                .query(Long.class)
                .single();
        jdbc.sql("""
                        INSERT INTO billing.budget_window (budget_id, starts_at, ends_at, settled)
                        VALUES (:budget, :start, :end, :settled)
                        ON CONFLICT (budget_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at, settled = excluded.settled""")
                .params(period)
                .param("budget", row.id())
                .param("settled", used)
                .update();
    }

    private static Map<String, Object> parameters(Collection<BudgetRow> rows) {
        return Rows.of(rows)
                .texts("budgets", BudgetRow::id)
                .texts("tenants", row -> row.owner().tenantId())
                .texts("scopes", row -> row.owner().scope().word())
                .texts("scopeIds", row -> row.owner().scopeId())
                .truths("inTokens", BudgetRow::inTokens)
                .texts("starts", row -> row.window().start())
                .texts("ends", row -> row.window().end())
                .parameters();
    }

    /** Adds what requests used to every period that they were admitted in. */
    void settle(List<BudgetUse> uses) {
        jdbc.sql(SETTLE)
                .params(CostAttributionRow.columns(
                                Rows.of(uses)
                                        .texts("moments", BudgetUse::admittedAt)
                                        .numbers("nanos", BudgetUse::nanos)
                                        .numbers("tokens", BudgetUse::tokens),
                                BudgetUse::attribution)
                        .parameters())
                .update();
    }
}
