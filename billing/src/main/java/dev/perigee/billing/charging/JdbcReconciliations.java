package dev.perigee.billing.charging;

import dev.perigee.billing.money.Money;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import java.util.function.ToLongFunction;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Compares what was counted, recorded and posted, in PostgreSQL, request by request. */
public final class JdbcReconciliations {

    private static final String SUMS = """
            WITH requests AS (
                SELECT request_id FROM billing.usage WHERE NOT refused AND occurred_at >= :from AND occurred_at < :to
                UNION SELECT request_id FROM billing.engine_count WHERE occurred_at >= :from AND occurred_at < :to
                UNION SELECT t.request_id FROM billing.ledger_transaction t LEFT JOIN billing.reservation r USING (request_id)
                    WHERE coalesce(r.reserved_at, t.posted_at) >= :from AND coalesce(r.reserved_at, t.posted_at) < :to
            ), figures AS (
                SELECT coalesce(u.currency, r.currency, l.currency, 'XXX') AS currency,
                    coalesce(e.tokens, r.estimated_tokens, 0) AS engine, coalesce(l.tokens, 0) AS ledger, coalesce(l.nanos, 0) AS posted,
                    coalesce(u.uncached_input_tokens + u.cached_input_tokens + u.output_tokens + u.reasoning_tokens, 0)
                        AS recorded,
                    coalesce(u.cost_nanos, 0) AS cost,
                    CASE WHEN r.state IN ('estimated', 'expired') THEN r.estimated_tokens ELSE 0 END AS estimated,
                    coalesce(u.uncached_input_tokens * v.input_nanos + u.cached_input_tokens * v.cached_input_nanos
                        + (u.output_tokens + u.reasoning_tokens) * v.output_nanos, 0) AS priced
                FROM requests q
                LEFT JOIN billing.reservation r USING (request_id)
                LEFT JOIN (SELECT * FROM billing.usage WHERE occurred_at >= :from AND occurred_at < :to) u USING (request_id)
                LEFT JOIN billing.engine_count e USING (request_id)
                LEFT JOIN billing.price_book_version v ON v.id = u.price_version_id
                LEFT JOIN LATERAL (
                    SELECT sum(t.tokens) AS tokens, sum(n.nanos) AS nanos, max(n.currency) AS currency
                    FROM billing.ledger_transaction t LEFT JOIN LATERAL (
                        SELECT sum(greatest(nanos, 0)) AS nanos, max(currency) AS currency
                        FROM billing.ledger_entry WHERE transaction_id = t.id) n ON true
                    WHERE t.kind IN ('estimate', 'settlement') AND t.request_id = q.request_id) l ON true
                WHERE r.state IS DISTINCT FROM 'reserved'
            )
            SELECT currency, sum(estimated) AS estimated, sum(engine) AS engine, sum(recorded) AS recorded, sum(ledger) AS ledger,
                sum(greatest(engine, recorded, ledger) - least(engine, recorded, ledger)) AS drift_tokens,
                sum(greatest(cost, posted, priced) - least(cost, posted, priced)) AS drift_nanos
            FROM figures GROUP BY currency""";

    private final JdbcClient jdbc;

    public JdbcReconciliations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Sums(long engine, long recorded, long ledger, long estimated, long driftTokens, Money driftMoney) {}

    /** The counts of all requests that were admitted from {@code from} on and before {@code to}. */
    public Reconciliation reconcile(Instant from, Instant to) {
        List<Sums> sums = jdbc.sql(SUMS)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((row, number) -> sums(row))
                .list();
        return new Reconciliation(
                total(sums, Sums::engine),
                total(sums, Sums::recorded),
                total(sums, Sums::ledger),
                total(sums, Sums::estimated),
                total(sums, Sums::driftTokens),
                sums.stream()
                        .map(Sums::driftMoney)
                        .sorted(Comparator.comparingLong(Money::nanos).reversed())
                        .toList(),
                reservations(List.of("reserved", "estimated"), from, to),
                reservations(List.of("estimated"), from, to));
    }

    private long reservations(List<String> states, Instant from, Instant to) {
        return jdbc.sql("""
                        SELECT count(*) FROM billing.reservation
                        WHERE state IN (:states) AND reserved_at >= :from AND reserved_at < :to""")
                .param("states", states)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query(Long.class)
                .single();
    }

    private static long total(List<Sums> sums, ToLongFunction<Sums> part) {
        return sums.stream().mapToLong(part).reduce(0, Math::addExact);
    }

    private static Sums sums(ResultSet row) throws SQLException {
        return new Sums(
                whole(row, "engine"),
                whole(row, "recorded"),
                whole(row, "ledger"),
                whole(row, "estimated"),
                whole(row, "drift_tokens"),
                new Money(whole(row, "drift_nanos"), Currency.getInstance(row.getString("currency"))));
    }

    private static long whole(ResultSet row, String column) throws SQLException {
        BigDecimal sum = row.getBigDecimal(column);
        return sum == null ? 0 : sum.longValueExact();
    }
}
