package dev.perigee.billing.budget;

import dev.perigee.billing.metering.CostAttribution;
import java.time.Instant;
import java.time.ZoneOffset;
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

    private static final String OPEN = """
            SELECT coalesce(sum(CASE WHEN :tokens THEN r.held_tokens - r.estimated_tokens ELSE r.held_nanos - r.estimated_nanos END), 0)
            FROM billing.reservation r
            WHERE r.state IN ('reserved', 'estimated') AND r.tenant_id = :tenant AND r.%s_id = :scopeId
                AND r.reserved_at >= :start AND r.reserved_at < :end""";
    private static final String USED = """
            SELECT coalesce(sum(CASE WHEN :tokens THEN u.uncached_input_tokens + u.cached_input_tokens + u.output_tokens
                + u.reasoning_tokens ELSE u.cost_nanos END), 0) FROM billing.usage u
            WHERE u.tenant_id = :tenant AND u.%s_id = :scopeId AND u.occurred_at >= :start AND u.occurred_at < :end""";

    private final JdbcClient jdbc;

    BudgetWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Begins the budget's present period, empty, where nobody did. */
    void open(BudgetRow row) {
        jdbc.sql("""
                        INSERT INTO billing.budget_window (budget_id, starts_at, ends_at, settled)
                        VALUES (:budget, :start, :end, 0) ON CONFLICT DO NOTHING""").params(parameters(row)).update();
    }

    /** Locks the budget's present period until the transaction ends; tells where it stands. */
    BudgetStanding lock(BudgetRow row) {
        return standing(row, " FOR UPDATE");
    }

    /** Where the budget stands in its present period. */
    BudgetStanding standing(BudgetRow row) {
        return standing(row, "");
    }

    /** Two statements: what is reserved is read after the lock is there, so that nothing committed before it is missed. */
    private BudgetStanding standing(BudgetRow row, String lock) {
        long settled = jdbc.sql(
                        "SELECT settled FROM billing.budget_window WHERE budget_id = :budget AND starts_at = :start"
                                + lock)
                .params(parameters(row))
                .query(Long.class)
                .optional()
                .orElse(0L);
        return row.standing(settled, sum(OPEN, row));
    }

    /** Fills the budget's present period with what was used in it; nobody else may be admitting or settling. */
    void fill(BudgetRow row) {
        jdbc.sql("""
                        INSERT INTO billing.budget_window (budget_id, starts_at, ends_at, settled)
                        VALUES (:budget, :start, :end, :settled)
                        ON CONFLICT (budget_id, starts_at) DO UPDATE SET ends_at = excluded.ends_at, settled = excluded.settled""").params(parameters(row)).param("settled", sum(USED, row)).update();
    }

    private long sum(String statement, BudgetRow row) {
        return jdbc.sql(statement.formatted(row.owner().scope().word()))
                .params(parameters(row))
                .query(Long.class)
                .single();
    }

    private static Map<String, Object> parameters(BudgetRow row) {
        BudgetWindow window = row.window();
        return Map.of(
                "budget", row.id(),
                "tenant", row.owner().tenantId(),
                "scopeId", row.owner().scopeId(),
                "tokens", row.inTokens(),
                "start", window.start().atOffset(ZoneOffset.UTC),
                "end", window.end().atOffset(ZoneOffset.UTC));
    }

    /** Adds what a request used to every period that it was admitted in. */
    void settle(CostAttribution attribution, Instant admittedAt, long nanos, long tokens) {
        Map<String, Object> request = Map.of(
                "apiKey", attribution.apiKeyId(),
                "project", attribution.projectId(),
                "tenant", attribution.tenantId(),
                "admittedAt", admittedAt.atOffset(ZoneOffset.UTC));
        List<UUID> budgets = jdbc.sql("""
                        SELECT w.budget_id FROM billing.budget_window w JOIN billing.budget b ON b.id = w.budget_id
                        WHERE (b.scope, b.scope_id) IN (('api_key', :apiKey), ('project', :project), ('tenant', :tenant))
                            AND w.starts_at <= :admittedAt AND w.ends_at > :admittedAt
                        ORDER BY w.budget_id, w.starts_at FOR UPDATE OF w""")
                .params(request)
                .query((row, number) -> row.getObject("budget_id", UUID.class))
                .list();
        if (!budgets.isEmpty()) {
            jdbc.sql("""
                            UPDATE billing.budget_window w
                            SET settled = w.settled + CASE WHEN b.currency IS NULL THEN :tokens ELSE :nanos END
                            FROM billing.budget b WHERE b.id = w.budget_id AND b.id IN (:budgets)
                                AND w.starts_at <= :admittedAt AND w.ends_at > :admittedAt""")
                    .param("tokens", tokens)
                    .param("nanos", nanos)
                    .param("budgets", budgets)
                    .param("admittedAt", admittedAt.atOffset(ZoneOffset.UTC))
                    .update();
        }
    }
}
