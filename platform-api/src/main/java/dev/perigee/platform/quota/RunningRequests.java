package dev.perigee.platform.quota;

import dev.perigee.billing.isolation.RowScope;
import dev.perigee.billing.metering.LimitScope;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

/**
 * The requests that run under a limit of concurrent ones, in PostgreSQL.
 *
 * <p>Each counts for as long as its lease; this process renews the leases of its own, six times before they would end. What a killed process
 * ran stops counting when its leases end.
 *
 * <p>Threads: safe; one of its own between {@link #start} and {@link #close}.
 */
final class RunningRequests implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningRequests.class);
    private static final int RENEWALS = 6;

    private final Set<String> own = ConcurrentHashMap.newKeySet();
    private final JdbcClient jdbc;
    private final Duration lease;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("quota-lease").daemon().factory());

    RunningRequests(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    /** Begins to renew leases. */
    void start() {
        long period = lease.toMillis() / RENEWALS;
        Future<?> _ = timer.scheduleWithFixedDelay(this::renewOrWarn, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdown();
    }

    /** How many run in this scope, on whatever process. */
    long count(LimitScope scope, UUID id) {
        return jdbc.sql("SELECT count(*) FROM platform.running_request WHERE lease_until >= platform.clock() AND "
                        + scope.word() + "_id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    /** Counts one more. */
    void add(QuotaClaim claim) {
        jdbc.sql("""
                        INSERT INTO platform.running_request (request_id, api_key_id, project_id, tenant_id, lease_until)
                        VALUES (:id, :apiKey, :project, :tenant, platform.clock() + :millis * interval '1 ms')""")
                .param("id", claim.requestId())
                .param("apiKey", claim.caller().apiKeyId())
                .param("project", claim.caller().projectId())
                .param("tenant", claim.caller().tenantId())
                .param("millis", lease.toMillis())
                .update();
        own.add(claim.requestId());
    }

    /** Counts it no more; where the database is away, its lease ends. */
    void remove(String requestId) {
        if (own.remove(requestId)) {
            jdbc.sql("DELETE FROM platform.running_request WHERE request_id = :id")
                    .param("id", requestId)
                    .update();
        }
    }

    /** Renews the leases of this process and clears away what dead ones left long ago. */
    void renew() {
        jdbc.sql("UPDATE platform.running_request SET lease_until = platform.clock() + :millis * interval '1 ms'"
                        + " WHERE request_id = ANY(:own)")
                .param("millis", lease.toMillis())
                .param("own", own.toArray(String[]::new))
                .update();
        jdbc.sql(
                        "DELETE FROM platform.running_request WHERE lease_until < platform.clock() - :millis * interval '1 ms'")
                .param("millis", lease.multipliedBy(RENEWALS).toMillis())
                .update();
    }

    private void renewOrWarn() {
        try {
            RowScope.ofPlatform().run(this::renew);
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("The leases of running requests could not be renewed: {}", e.getMessage());
        }
    }
}
