package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

/** What a process leaves behind when it dies, or loses its database, in the middle of everything. */
class UsageRecoveryIntegrationTests {

    private static final MeasuredUsage COUNTED = new MeasuredUsage(8, 2, 3, 1);

    private final BillingDatabase database = new BillingDatabase(3);
    private final ProcessLease lease = database.lease(Duration.ofHours(1));
    private final String id = UUID.randomUUID().toString();
    private Charging charging;
    private Settling settling;

    @BeforeEach
    void admit() {
        database.priceBooks.ensure("moonlet", RATE);
        lease.start();
        charging = database.charging(lease);
        settling = new Settling(database.tables, BillingDatabase.shared(database.transactions), Duration.ZERO);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void requestWhenItsProcessDiedIsBilledForTheTokensCounted() {
        reserve(id).slot().count(COUNTED);

        dieAndRestart();

        RecordedRequest recorded = database.report.find(id).orElseThrow();
        assertThat(recorded.charge().state()).isEqualTo(ReservationState.SETTLED);
        assertThat(recorded.measurement().usage()).isEqualTo(COUNTED);
        assertThat(recorded.measurement().outcome()).isEqualTo(RequestOutcome.INTERRUPTED);
        assertThat(recorded.measurement().cost()).isEqualTo(RATE.cost(COUNTED));
        assertReconciled(14);
    }

    @Test
    void requestWhenItsProcessDiedBeforeTheFirstTokenIsReleased() {
        reserve(id).slot().count(new MeasuredUsage(10, 0, 0, 0));

        dieAndRestart();

        assertThat(database.reservations.stateOf(id)).contains(ReservationState.RELEASED);
        assertReconciled(0);
    }

    @Test
    void requestWhenItHadEndedIsSettledAsItEnded() {
        Admission.Admitted admitted = reserve(id);
        admitted.slot().count(COUNTED);
        admitted.slot().end(RequestOutcome.LENGTH);

        dieAndRestart();

        assertThat(database.report.find(id).orElseThrow().measurement().outcome())
                .isEqualTo(RequestOutcome.LENGTH);
        assertReconciled(14);
    }

    @Test
    void requestWhenSettledBeforeItsSlotWasFreedIsBilledOnce() {
        reserve(id).slot().count(COUNTED);
        charging.settle(id, COUNTED, RequestOutcome.COMPLETED);
        database.journal(lease).begin(id);
        database.journal(lease).find(id).orElseThrow().count(COUNTED);

        dieAndRestart();

        assertThat(database.report.find(id).orElseThrow().measurement().outcome())
                .isEqualTo(RequestOutcome.COMPLETED);
        assertThat(database.number("SELECT count(*) FROM billing.ledger_transaction"))
                .isEqualTo(1);
        assertReconciled(14);
    }

    @Test
    void intentWhenNothingWasReservedLeavesNothing() {
        database.journal(lease).begin("intent-only");

        dieAndRestart();

        assertThat(database.report.find("intent-only")).isEmpty();
        assertThat(database.journalFolder()).isEmptyDirectory();
    }

    @Test
    void holdWhenTheReplyToItsCommitWasLostIsReleasedByTheSweep() {
        reserve("known");
        reserve(id);
        database.journal(lease).free(id);

        recovery().sweep();

        assertThat(database.reservations.stateOf(id)).contains(ReservationState.RELEASED);
        assertThat(database.reservations.stateOf("known")).contains(ReservationState.RESERVED);
    }

    @Test
    void holdWhenNobodyHeardOfItAndItsReplayFailsIsReleasedByTheNext() {
        reserve(id);
        database.journal(lease).free(id);
        database.journal(lease).close();
        database.jdbc.sql("ALTER TABLE billing.usage RENAME TO usage_away").update();
        try (UsageJournal next = UsageJournal.create(database.journalFolder(), UUID.randomUUID(), 1);
                UsageRecovery recovery = recovery(next)) {
            assertThatExceptionOfType(DataAccessException.class).isThrownBy(recovery::replayAbandoned);
            database.jdbc.sql("ALTER TABLE billing.usage_away RENAME TO usage").update();

            recovery.replayAbandoned();
        }
        assertThat(database.reservations.stateOf(id)).contains(ReservationState.RELEASED);
        assertThat(database.journalFolder()).isEmptyDirectory();
    }

    @Test
    void holdWhenNobodyHeardOfItAndItsProcessStopsIsReleased() {
        reserve(id);
        database.journal(lease).free(id);

        recovery().close();

        assertThat(database.reservations.stateOf(id)).contains(ReservationState.RELEASED);
    }

    /** The sweep reads a hold whose settlement is about to be committed, and then finds no slot. */
    @Test
    void holdWhenItsRequestSettlesWhileTheSweepRunsIsNotTakenForReleased() throws Exception {
        reserve(id).slot().count(COUNTED);
        UsageJournal journal = database.journal(lease);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Integer> released = new TransactionTemplate(database.transactions).execute(status -> {
                charging.settle(id, COUNTED, RequestOutcome.COMPLETED);
                Future<Integer> sweep = thread.submit(() -> settling.releaseUncounted(journal));
                awaitLockWait();
                return sweep;
            });

            assertThat(released.get(20, TimeUnit.SECONDS)).isZero();
        }
        assertReconciled(14);
    }

    private void awaitLockWait() {
        String waiting = "SELECT count(*) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for (int tries = 0; database.number(waiting) < 1; tries++) {
            assertThat(tries).as("the sweep waits for the settlement").isLessThan(500);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void settlementWhenTheDatabaseWasAwayForTooLongIsMadeUpForByTheSweep() {
        reserve(id).slot().count(COUNTED);
        UsageJournal journal = database.journal(lease);
        database.jdbc.sql("ALTER TABLE billing.usage RENAME TO usage_away").update();
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> charging.settle(id, COUNTED, RequestOutcome.COMPLETED));
        UsageRecovery recovery = recovery();
        recovery.sweep();
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(recovery::sweep);
        database.jdbc.sql("ALTER TABLE billing.usage_away RENAME TO usage").update();
        recovery.sweep();
        recovery.sweep();

        assertThat(database.report.find(id).orElseThrow().measurement().outcome())
                .isEqualTo(RequestOutcome.COMPLETED);
        assertThat(journal.open()).isEmpty();
        assertReconciled(14);
    }

    private Admission.Admitted reserve(String requestId) {
        return (Admission.Admitted) charging.reserve(new ChargeRequest(requestId, newTenant(), "moonlet", 10, 10));
    }

    /** The journal's lock is gone and its file is still there, as after a kill. */
    private void dieAndRestart() {
        database.journal(lease).close();
        try (UsageJournal next = UsageJournal.create(database.journalFolder(), UUID.randomUUID(), 1);
                UsageRecovery recovery = recovery(next)) {
            recovery.start();
        }
    }

    private UsageRecovery recovery() {
        return recovery(database.journal(lease));
    }

    private UsageRecovery recovery(UsageJournal journal) {
        return new UsageRecovery(journal, settling, database.deadProcesses(lease), database.tables);
    }

    private void assertReconciled(long tokens) {
        Reconciliation found =
                new JdbcReconciliations(database.jdbc).reconcile(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));
        assertThat(found.engineTokens()).isEqualTo(tokens);
        assertThat(found.recordedTokens()).isEqualTo(tokens);
        assertThat(found.ledgerTokens()).isEqualTo(tokens);
        assertThat(found.driftTokens()).isZero();
        assertThat(found.driftMoney()).allMatch(money -> money.nanos() == 0);
        assertThat(found.openReservations()).isZero();
    }
}
