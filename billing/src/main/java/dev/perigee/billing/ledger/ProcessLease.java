package dev.perigee.billing.ledger;

import dev.perigee.billing.isolation.RowScope;
import java.time.Duration;
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
 * Shows to the other processes on the same database that this one lives, and expires what dead ones have held for long enough.
 *
 * <p>A process is dead once its lease has ended, by the database's clock. A clean stop ends the lease at once; after a kill it runs out. The
 * lease is renewed six times before it would end; each renewal looks for the dead. What they hold is kept for a while, for their journal to be
 * replayed: the next process with the same folder does that at its start.
 *
 * <p>Threads: one of its own, between {@link #start} and {@link #close}.
 */
public final class ProcessLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLease.class);
    private static final int RENEWALS = 6;

    private final UUID processId = UUID.randomUUID();
    private final JdbcClient jdbc;
    private final JdbcReservations reservations;
    private final Duration lease;
    private final Duration orphanHold;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("billing-lease").daemon().factory());

    /**
     * @param lease how long this process counts as living after it last said so
     * @param orphanHold how long after its end what a dead one holds is kept
     */
    public ProcessLease(JdbcClient jdbc, JdbcReservations reservations, Duration lease, Duration orphanHold) {
        this.jdbc = jdbc;
        this.reservations = reservations;
        this.lease = lease;
        this.orphanHold = orphanHold;
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

    /** Ends the lease; whatever this process still holds is settled by whoever replays its journal, or expired. */
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

    /** Renews the lease and expires what dead processes hold. */
    void renew() {
        write(lease);
        int expired = reservations.expireOrphans(orphanHold);
        if (expired > 0) {
            LOG.warn("Expired {} reservations that dead processes held", expired);
        }
        jdbc.sql("""
                        DELETE FROM billing.process p WHERE p.lease_until < billing.clock() AND NOT EXISTS (
                            SELECT FROM billing.reservation r WHERE r.process_id = p.id AND r.state = 'reserved')""").update();
    }

    private void renewOrWarn() {
        try {
            RowScope.ofPlatform().run(this::renew);
        } catch (DataAccessException e) {
            LOG.warn("The billing lease could not be renewed: {}", e.getMessage());
        }
    }

    private void write(Duration length) {
        jdbc.sql("""
                        INSERT INTO billing.process (id, lease_until) VALUES (:id, billing.clock() + :millis * interval '1 ms')
                        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until""").param("id", processId).param("millis", length.toMillis()).update();
    }
}
