package dev.perigee.billing.metering;

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

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public JdbcEngineCounts(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Adds the count of a request that a process was admitted for, in a transaction of its own; the same request again changes nothing. It is
     * not less than the request's checkpoint, and nothing where its rest was given up.
     */
    public void add(UUID processId, String requestId, MeasuredUsage counted) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("""
                            WITH commit AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
                            INSERT INTO billing.engine_count
                                (request_id, tokens, uncached_input, cached_input, output, reasoning, occurred_at)
                            SELECT r.request_id, c.uncached + c.cached + c.output + c.reasoning, c.uncached, c.cached, c.output, c.reasoning,
                                r.reserved_at
                            FROM commit, billing.reservation r CROSS JOIN LATERAL (
                                SELECT * FROM (VALUES
                                    (1, :uncachedInput, :cachedInput, :output, :reasoning),
                                    (2, r.counted_uncached_input, r.counted_cached_input, r.counted_output, r.counted_reasoning)
                                ) AS count (number, uncached, cached, output, reasoning) ORDER BY output + reasoning DESC, number LIMIT 1) c
                            WHERE r.request_id = :id AND r.process_id = :process AND r.state <> 'expired'
                            ON CONFLICT (request_id) DO NOTHING""")
                    .param("id", requestId)
                    .param("process", processId)
                    .param("uncachedInput", counted.uncachedInput())
                    .param("cachedInput", counted.cachedInput())
                    .param("output", counted.output())
                    .param("reasoning", counted.reasoning())
                    .update();
        });
    }
}
