package dev.perigee.billing.metering;

import dev.perigee.billing.batch.Rows;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What whoever computes the tokens counted, in PostgreSQL, apart from what is charged.
 *
 * <p>The commit does not wait for the disk: the settlement's commit comes after it in the same log and does, for both.
 */
public final class JdbcEngineCounts {

    /** The OFFSET keeps the planner from reading the whole table of reservations, which it would while that is young. */
    private static final String ADD = """
            WITH commit AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO billing.engine_count (request_id, tokens, uncached_input, cached_input, output, reasoning, occurred_at)
            SELECT r.request_id, c.uncached + c.cached + c.output + c.reasoning, c.uncached, c.cached, c.output, c.reasoning, r.reserved_at
            FROM commit, unnest(CAST(:ids AS text[]), CAST(:processes AS uuid[]), CAST(:uncachedInput AS bigint[]),
                CAST(:cachedInput AS bigint[]), CAST(:output AS bigint[]), CAST(:reasoning AS bigint[]))
                AS q (id, process, uncached, cached, output, reasoning)
            CROSS JOIN LATERAL (
                SELECT * FROM billing.reservation r
                WHERE r.request_id = q.id AND r.process_id = q.process AND r.state <> 'expired' OFFSET 0) r
            CROSS JOIN LATERAL (
                SELECT * FROM (VALUES
                    (1, q.uncached, q.cached, q.output, q.reasoning),
                    (2, r.counted_uncached_input, r.counted_cached_input, r.counted_output, r.counted_reasoning)
                ) AS count (number, uncached, cached, output, reasoning) ORDER BY output + reasoning DESC, number LIMIT 1) c
            ON CONFLICT (request_id) DO NOTHING""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public JdbcEngineCounts(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * What was counted of a request.
     *
     * @param processId the process that the request was admitted for
     * @param requestId the request
     * @param usage its tokens
     */
    public record Count(UUID processId, String requestId, MeasuredUsage usage) {}

    /**
     * Adds counts of requests, in a transaction of their own; the same request again changes nothing. A count is not less than the request's
     * checkpoint, and there is none where its rest was given up.
     */
    public void add(List<Count> counts) {
        transaction.executeWithoutResult(
                status -> jdbc.sql(ADD).params(parameters(counts)).update());
    }

    /** Adds the count of one request. */
    public void add(UUID processId, String requestId, MeasuredUsage counted) {
        add(List.of(new Count(processId, requestId, counted)));
    }

    /**
     * Lets the count of an estimated request be what it is estimated at, in the caller's transaction, unless one is stored: none can come later
     * then, and one that is being stored is waited for.
     */
    public void addEstimate(String requestId) {
        jdbc.sql("""
                        INSERT INTO billing.engine_count (request_id, tokens, uncached_input, cached_input, output, reasoning, occurred_at)
                        SELECT request_id, estimated_tokens, counted_uncached_input * billed, counted_cached_input * billed,
                            counted_output * billed, counted_reasoning * billed, reserved_at
                        FROM billing.reservation, LATERAL (SELECT (estimated_tokens > 0)::integer) AS b (billed)
                        WHERE request_id = :id AND state = 'estimated'
                        ON CONFLICT (request_id) DO NOTHING""").param("id", requestId).update();
    }

    private static Map<String, Object> parameters(List<Count> counts) {
        return MeasuredUsageRow.columns(Rows.of(counts), Count::usage)
                .texts("ids", Count::requestId)
                .texts("processes", Count::processId)
                .parameters();
    }
}
