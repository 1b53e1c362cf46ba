package dev.perigee.billing.charging;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.metering.MeasuredUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What must hold after each step, and what must hold once everything is healed; read from the database by statements of its own. The numbers are
 * those of the reliability documents.
 *
 * <p>Errors: {@link AssertionError} naming the invariant and the request or budget.
 */
final class SimulatedInvariants {

    private static final Map<String, Set<String>> NEXT = Map.of(
            "reserved", Set.of("reserved", "estimated", "settled", "released"),
            "estimated", Set.of("estimated", "settled", "released", "expired"),
            "settled", Set.of("settled"),
            "released", Set.of("released"),
            "expired", Set.of("expired"));
    private static final String WINDOWS = """
            SELECT b.id, b.limit_amount, w.settled,
                (SELECT coalesce(sum(CASE WHEN b.currency IS NULL
                        THEN u.uncached_input_tokens + u.cached_input_tokens + u.output_tokens + u.reasoning_tokens ELSE u.cost_nanos END), 0)
                    FROM billing.usage u WHERE u.tenant_id = b.tenant_id AND b.scope_id IN (u.tenant_id, u.api_key_id)
                        AND u.occurred_at >= w.starts_at AND u.occurred_at < w.ends_at) AS used,
                (SELECT coalesce(sum(CASE WHEN b.currency IS NULL THEN r.held_tokens - r.estimated_tokens
                        ELSE r.held_nanos - r.estimated_nanos END), 0)
                    FROM billing.reservation r WHERE r.tenant_id = b.tenant_id AND b.scope_id IN (r.tenant_id, r.api_key_id)
                        AND r.state IN ('reserved', 'estimated') AND r.reserved_at >= w.starts_at AND r.reserved_at < w.ends_at) AS held
            FROM billing.budget b JOIN billing.budget_window w ON w.budget_id = b.id WHERE b.tenant_id = ANY(CAST(:tenants AS uuid[]))""";
    private static final String REQUESTS = """
            SELECT r.request_id, r.state, u.estimated, u.cost_nanos, u.uncached_input_tokens, u.cached_input_tokens, u.output_tokens,
                u.reasoning_tokens
            FROM billing.reservation r LEFT JOIN billing.usage u ON u.request_id = r.request_id
            WHERE r.request_id = ANY(CAST(:requests AS text[]))""";

    private final SimulatedDatabase database;
    private final Map<String, Row> before = new HashMap<>();

    SimulatedInvariants(SimulatedDatabase database) {
        this.database = database;
    }

    /** A reservation and its usage, or {@code null} where there is none. */
    private record Row(String id, String state, boolean estimated, MeasuredUsage usage, long cost) {

        static Row read(ResultSet row) throws SQLException {
            boolean recorded = row.getObject("cost_nanos") != null;
            MeasuredUsage usage = new MeasuredUsage(
                    row.getLong("uncached_input_tokens"),
                    row.getLong("cached_input_tokens"),
                    row.getLong("output_tokens"),
                    row.getLong("reasoning_tokens"));
            return new Row(
                    row.getString("request_id"),
                    row.getString("state"),
                    row.getBoolean("estimated"),
                    recorded ? usage : null,
                    row.getLong("cost_nanos"));
        }

        boolean open() {
            return state.equals("reserved") || state.equals("estimated");
        }

        long tokens() {
            return usage == null ? 0 : usage.inputTokens() + usage.outputTokens();
        }
    }

    /** After each step; what a request that has ended became is looked at again in the end. */
    void check(Collection<UUID> tenants, Collection<SimulatedRequest> requests) {
        checkWindows(tenants);
        checkRequests(requests.stream()
                .filter(request -> !before.containsKey(request.id)
                        || before.get(request.id).open())
                .toList());
    }

    private Map<String, Row> checkRequests(Collection<SimulatedRequest> requests) {
        Map<String, Row> now = rows(requests);
        for (SimulatedRequest request : requests) {
            Row row = now.get(request.id);
            Row old = before.get(request.id);
            require(row != null || old == null, "I12", request.id, "its reservation is gone");
            if (row != null) {
                checkStep(old, row);
            }
            if (request.acknowledged != null) {
                require(row != null && !row.open(), "I7", request.id, "acknowledged, but not ended");
                require(request.acknowledged.equals(row.usage()), "I7", request.id, "acknowledged otherwise: " + row);
                require(!row.estimated(), "I7", request.id, "acknowledged, and an estimate");
            }
        }
        before.putAll(now);
        return now;
    }

    private void checkWindows(Collection<UUID> tenants) {
        database.jdbc
                .sql(WINDOWS)
                .param("tenants", tenants.stream().map(UUID::toString).toArray(String[]::new))
                .query(row -> {
                    String budget = row.getString("id");
                    long settled = row.getLong("settled");
                    require(
                            settled == row.getLong("used"),
                            "I1",
                            budget,
                            "settled " + settled + ", used " + row.getLong("used"));
                    long all = Math.addExact(settled, row.getLong("held"));
                    require(
                            all <= row.getLong("limit_amount"),
                            "I3",
                            budget,
                            all + " of " + row.getLong("limit_amount"));
                });
    }

    private static void checkStep(Row old, Row now) {
        if (old != null) {
            require(
                    NEXT.get(old.state()).contains(now.state()),
                    "I12",
                    now.id(),
                    old.state() + " became " + now.state());
            require(old.open() || now.equals(old), "I4", now.id(), "changed after its end: " + old + ", " + now);
            require(now.tokens() >= old.tokens(), "I4", now.id(), "less than before: " + old + ", " + now);
        }
        require(!now.state().equals("reserved") || now.usage() == null, "I4", now.id(), "running, but recorded");
        require(!now.state().equals("settled") || now.tokens() > 0, "I5", now.id(), "settled without usage");
        if (now.usage() != null) {
            long cost = BillingDatabase.RATE.cost(now.usage()).nanos();
            require(now.cost() == cost, "I9", now.id(), "costs " + now.cost() + ", must cost " + cost);
        }
    }

    private Map<String, Row> rows(Collection<SimulatedRequest> requests) {
        Map<String, Row> rows = new HashMap<>();
        database.jdbc
                .sql(REQUESTS)
                .param(
                        "requests",
                        requests.stream().map(request -> request.id).distinct().toArray(String[]::new))
                .query((row, number) -> Row.read(row))
                .list()
                .forEach(row -> rows.put(row.id(), row));
        return rows;
    }

    /** Once everything is healed: nothing is held, everything is billed as the engine counted it, the books agree. */
    void checkHealed(List<SimulatedRequest> requests, Instant from) {
        Map<String, Row> rows = checkRequests(requests);
        for (SimulatedRequest request : requests) {
            Row row = rows.get(request.id);
            require(row == null || !row.open(), "I8", request.id, "still held: " + row);
            checkBilled(
                    request,
                    row == null ? 0 : row.usage() == null ? 0 : row.usage().outputTokens());
        }
        Reconciliation books = new JdbcReconciliations(database.jdbc)
                .reconcile(from, database.now().plusSeconds(1));
        require(books.driftTokens() == 0, "I5", "all", "the counts drift: " + books);
        require(
                books.driftMoney().stream().allMatch(money -> money.nanos() == 0),
                "I9",
                "all",
                "money drifts: " + books);
        require(books.openReservations() == 0, "I8", "all", "something is held: " + books);
        long unbalanced = database.jdbc
                .sql("SELECT coalesce(sum(nanos), 0) FROM billing.ledger_entry")
                .query(Long.class)
                .single();
        require(unbalanced == 0, "I11", "ledger", "its entries sum to " + unbalanced);
    }

    private static void checkBilled(SimulatedRequest request, long billed) {
        require(billed <= request.counted, "I5", request.id, billed + " billed, " + request.counted + " counted");
        require(
                request.journalLost || billed >= request.seen,
                "I6",
                request.id,
                billed + " billed, " + request.seen + " seen");
        require(
                request.journalLost || request.counted - billed <= 1,
                "I5",
                request.id,
                billed + " billed, " + request.counted + " counted");
    }

    private static void require(boolean holds, String invariant, String subject, String what) {
        if (!holds) {
            throw new AssertionError(invariant + " " + subject + ": " + what);
        }
    }
}
