package dev.perigee.billing.metering;

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

    /** Adds the count of a request that was admitted, in a transaction of its own; the same request again changes nothing. */
    public void add(String requestId, MeasuredUsage counted) {
        transaction.executeWithoutResult(status -> jdbc.sql("""
                        WITH commit AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
                        INSERT INTO billing.engine_count (request_id, tokens, occurred_at)
                        SELECT r.request_id, :tokens, r.reserved_at FROM commit, billing.reservation r WHERE r.request_id = :id
                        ON CONFLICT (request_id) DO NOTHING""")
                .param("id", requestId)
                .param("tokens", counted.inputTokens() + counted.outputTokens())
                .update());
    }
}
