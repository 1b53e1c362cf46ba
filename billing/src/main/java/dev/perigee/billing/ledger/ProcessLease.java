package dev.perigee.billing.ledger;

import dev.perigee.billing.isolation.RowScope;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Shows to the other processes on the same database that this one lives, and tells which of them are dead.
 *
 * <p>A process is dead once its lease has ended, by the database's clock, and a grace has passed. A clean stop ends the lease at once; after a
 * kill it runs out. It is renewed six times before it would end. Who is found dead gets the next epoch: should it come back late, what it
 * held in the old one is no longer its own to renew.
 *
 * <p>After the database was away nobody's lease is in force. A process therefore judges others only when it has itself lived for as long as it
 * grants them.
 *
 * <p>Threads: one of its own, between {@link #start} and {@link #close}.
 */
public final class ProcessLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLease.class);
    private static final int RENEWALS = 6;
    private static final long FORGOTTEN_AFTER_DAYS = 1;

    private final UUID processId;
    private final JdbcClient jdbc;
    private final Duration lease;
    private final Duration grace;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("billing-lease").daemon().factory());

    /**
     * @param processId this process, new at every start
     * @param lease how long this process counts as living after it last said so
     * @param grace how long after its end others are taken for dead
     */
    public ProcessLease(UUID processId, JdbcClient jdbc, Duration lease, Duration grace) {
        this.processId = processId;
        this.jdbc = jdbc;
        this.lease = lease;
        this.grace = grace;
    }

    /** This process, new at every start. */
    public UUID processId() {
        return processId;
    }

    /** Takes the lease and keeps it. */
    public void start() {
        RowScope.ofPlatform().run(this::renew);
        long period = lease.toMillis() / RENEWALS;
        Future<?> _ = timer.scheduleAtFixedRate(this::renewOrWarn, period, period, TimeUnit.MILLISECONDS);
    }

    /** Ends the lease; whatever this process still holds is settled by whoever replays its journal, or estimated. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            timer.awaitTermination(lease.toMillis() / RENEWALS, TimeUnit.MILLISECONDS);
            write(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException e) {
            LOG.warn("The billing lease of process {} could not be ended; it runs out in {}", processId, lease, e);
        }
    }

    /** Renews the lease and forgets those that have long been dead and hold nothing. */
    public void renew() {
        write(lease);
        jdbc.sql("""
                        DELETE FROM billing.process p WHERE p.lease_until < billing.clock() - :days * interval '1 day' AND NOT EXISTS (
                            SELECT FROM billing.reservation r WHERE r.process_id = p.id AND r.state IN ('reserved', 'estimated'))""").param("days", FORGOTTEN_AFTER_DAYS).update();
    }

    /** Ends the epoch of every dead process that holds something in it; returns how many these were. */
    public int fenceDead() {
        return jdbc.sql("""
                        UPDATE billing.process dead SET epoch = dead.epoch + 1
                        FROM billing.process self
                        WHERE self.id = :id AND self.lease_until >= billing.clock()
                            AND self.living_since <= billing.clock() - (:lease + :grace) * interval '1 ms'
                            AND dead.lease_until < billing.clock() - :grace * interval '1 ms'
                            AND EXISTS (SELECT FROM billing.reservation r
                                WHERE r.process_id = dead.id AND r.state = 'reserved' AND r.epoch = dead.epoch)""")
                .params(Map.of("id", processId, "lease", lease.toMillis(), "grace", grace.toMillis()))
                .update();
    }

    private void renewOrWarn() {
        try {
            RowScope.ofPlatform().run(this::renew);
        } catch (DataAccessException e) {
            LOG.warn("The billing lease could not be renewed: {}", e.getMessage());
        }
    }

    /** A lease that had ended begins anew. */
    private void write(Duration length) {
        jdbc.sql("""
                        INSERT INTO billing.process AS p (id, lease_until) VALUES (:id, billing.clock() + :millis * interval '1 ms')
                        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until,
                            living_since = CASE WHEN p.lease_until < billing.clock() THEN billing.clock() ELSE p.living_since END""").param("id", processId).param("millis", length.toMillis()).update();
    }
}
