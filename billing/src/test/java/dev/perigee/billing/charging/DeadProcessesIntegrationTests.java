package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.charging.DeadProcesses.GivingUp;
import dev.perigee.billing.ledger.ProcessLease;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageJournal;
import dev.perigee.billing.money.Money;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process dies in mid-answer, others bill it by its checkpoint; then its journal is found, or it comes back itself, or it is given up. */
class DeadProcessesIntegrationTests {

    private static final MeasuredUsage CHECKPOINT = new MeasuredUsage(8, 2, 3, 1);
    private static final MeasuredUsage EXACT = new MeasuredUsage(8, 2, 6, 1);

    private final BillingDatabase database = new BillingDatabase(6);
    private final ProcessLease dead = database.lease(Duration.ofMinutes(10));
    private final ProcessLease judge = database.lease(Duration.ofMinutes(10));
    private final Settling settling =
            new Settling(database.tables, BillingDatabase.shared(database.transactions), Duration.ZERO);
    private final DeadProcesses deadProcesses = database.deadProcesses(judge);
    private final CostAttribution tenant = newTenant();
    private final String id = UUID.randomUUID().toString();
    private JdbcCharging charging;
    private Reservation reservation;

    @BeforeEach
    void admitAndCheckpoint() {
        database.priceBooks.ensure("moonlet", RATE);
        BudgetLimit limit = new BudgetLimit.OfTokens(30);
        database.budgets.replace(owner(), List.of(new Budget(BudgetPeriod.TOTAL, limit, BudgetMode.HARD)));
        dead.renew();
        judge.renew();
        charging = database.charging(dead);
        Admission.Admitted admitted =
                (Admission.Admitted) charging.reserve(new ChargeRequest(id, tenant, "moonlet", 10, 10));
        reservation = admitted.reservation();
        admitted.slot().count(CHECKPOINT);
        recovery(database.journal(dead)).checkpoint();
        admitted.slot().count(EXACT);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void requestWhenItsProcessIsDeadIsBilledByItsCheckpointAndHoldsTheRest() {
        takeForDead();

        assertThat(state()).isEqualTo(ReservationState.ESTIMATED);
        RecordedRequest.Measurement measured = measurement();
        assertThat(measured.usage()).isEqualTo(CHECKPOINT);
        assertThat(measured.outcome()).isEqualTo(RequestOutcome.INTERRUPTED);
        assertThat(measured.estimated()).isTrue();
        assertStanding(14, 6);
        assertThat(reconcile()).isEqualTo(new Reconciliation(14, 14, 14, 14, 0, List.of(Money.zero(USD)), 1, 1));
        assertThat(receiptsDue()).isZero();
    }

    @Test
    void requestWhenTheJournalIsReplayedIsCorrectedOnce() {
        takeForDead();

        replay();
        replay();

        assertExact();
    }

    @Test
    void processWhenItComesBackCanRenewNothingAndSettleOnce() {
        takeForDead();

        assertThat(charging.extend(reservation, 1)).isEqualTo(new Extension.NotRunning(id));
        dead.renew();
        assertThat(charging.extend(reservation, 1)).isEqualTo(new Extension.NotRunning(id));
        assertThat(charging.settle(id, EXACT, RequestOutcome.INTERRUPTED))
                .isEqualTo(new Settlement.Settled(RATE.cost(EXACT)));
        assertThat(charging.settle(id, EXACT, RequestOutcome.INTERRUPTED)).isEqualTo(new Settlement.AlreadySettled(id));

        assertExact();
        assertThat(charging.reserve(new ChargeRequest("new", tenant, "moonlet", 5, 5)))
                .isInstanceOf(Admission.Admitted.class);
        assertThat(deadProcesses.estimate()).isZero();
    }

    @Test
    void processWhenFencedButNotYetEstimatedCanRenewNothing() {
        outliveTheLease();
        judge.fenceDead();

        assertThat(charging.extend(reservation, 1)).isEqualTo(new Extension.NotRunning(id));
        assertThat(charging.settle(id, EXACT, RequestOutcome.INTERRUPTED)).isInstanceOf(Settlement.Settled.class);
        assertThat(deadProcesses.estimate()).isZero();
        assertExact();
    }

    /** The extension has the first budget and waits for the second, the estimate has the reservation and waits for the first. */
    @Test
    void estimateWhenTheLateProcessExtendsAtTheSameTimeDoesNotDeadlock() throws Exception {
        Budget first = new Budget(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(30), BudgetMode.HARD);
        Budget second = new Budget(BudgetPeriod.MONTH, new BudgetLimit.OfTokens(30), BudgetMode.HARD);
        database.budgets.replace(owner(), List.of(first, second));
        outliveTheLease();
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                Connection slow = database.dataSource.getConnection()) {
            slow.setAutoCommit(false);
            slow.createStatement().execute("""
                    SELECT 1 FROM billing.budget_window WHERE budget_id = (SELECT id FROM billing.budget ORDER BY id DESC LIMIT 1)
                    FOR UPDATE""");
            Future<Extension> extension = threads.submit(() -> charging.extend(reservation, 1));
            awaitLockWaits(1);
            Future<Integer> estimate = threads.submit(deadProcesses::estimate);
            awaitLockWaits(2);
            slow.rollback();

            assertThat(extension.get(20, TimeUnit.SECONDS)).isEqualTo(new Extension.NotRunning(id));
            assertThat(estimate.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        }
        assertThat(state()).isEqualTo(ReservationState.ESTIMATED);
    }

    /** The settlement has the reservation and waits for the budget, the estimate waits for the reservation. */
    @Test
    void estimateWhenTheLateProcessSettlesAtTheSameTimeDoesNotDeadlock() throws Exception {
        outliveTheLease();
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                Connection slow = database.dataSource.getConnection()) {
            slow.setAutoCommit(false);
            slow.createStatement().execute("SELECT 1 FROM billing.budget_window FOR UPDATE");
            Future<Settlement> settlement =
                    threads.submit(() -> charging.settle(id, EXACT, RequestOutcome.INTERRUPTED));
            awaitLockWaits(1);
            Future<Integer> estimate = threads.submit(deadProcesses::estimate);
            awaitLockWaits(2);
            slow.rollback();

            assertThat(settlement.get(20, TimeUnit.SECONDS)).isInstanceOf(Settlement.Settled.class);
            assertThat(estimate.get(20, TimeUnit.SECONDS)).isZero();
        }
        assertExact();
    }

    private void awaitLockWaits(int sessions) throws InterruptedException {
        String waiting = "SELECT count(*) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for (int tries = 0; database.number(waiting) < sessions; tries++) {
            assertThat(tries).as("sessions that wait for a lock").isLessThan(500);
            Thread.sleep(20);
        }
    }

    @Test
    void processWhenItWasForgottenIsServedAllTheSame() {
        database.jdbc.sql("DELETE FROM billing.process").update(); // it slept for days

        assertThat(charging.reserve(new ChargeRequest("new", tenant, "moonlet", 5, 5)))
                .isInstanceOf(Admission.Admitted.class);
        dead.renew();
        assertThat(deadProcesses.estimate()).isZero();
    }

    @Test
    void requestWhenGivenUpStaysAtItsEstimate() {
        assertThat(deadProcesses.giveUp(id)).isEqualTo(new GivingUp.NotEstimated(ReservationState.RESERVED));
        assertThat(deadProcesses.giveUp("nobody")).isEqualTo(new GivingUp.Unknown("nobody"));
        takeForDead();

        assertThat(deadProcesses.giveUp(id)).isEqualTo(new GivingUp.GivenUp(id));
        assertThat(deadProcesses.giveUp(id)).isEqualTo(new GivingUp.NotEstimated(ReservationState.EXPIRED));
        replay();

        assertThat(state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(measurement().usage()).isEqualTo(CHECKPOINT);
        assertStanding(14, 0);
        assertThat(reconcile()).isEqualTo(new Reconciliation(14, 14, 14, 14, 0, List.of(Money.zero(USD)), 0, 0));
        assertThat(receiptsDue()).isEqualTo(1);
    }

    @Test
    void requestWhenItHadNoCheckpointIsHeldAndBilledNothing() {
        Admission.Admitted second =
                (Admission.Admitted) charging.reserve(new ChargeRequest("second", tenant, "moonlet", 5, 5));
        second.slot().count(new MeasuredUsage(5, 0, 0, 0));
        takeForDead();

        assertThat(database.reservations.stateOf("second")).contains(ReservationState.ESTIMATED);
        assertThat(database.report.find("second").orElseThrow().measurement()).isNull();
        assertStanding(14, 16);
        replay();
        assertThat(database.reservations.stateOf("second")).contains(ReservationState.RELEASED);
        assertExact();
    }

    @Test
    void requestWhenItHadNoCheckpointAndIsGivenUpIsRecordedWithoutAToken() {
        charging.reserve(new ChargeRequest("second", tenant, "moonlet", 5, 5));
        takeForDead();
        assertThat(deadProcesses.giveUp("second")).isEqualTo(new GivingUp.GivenUp("second"));

        assertThat(database.report.find("second").orElseThrow().measurement().usage())
                .isEqualTo(MeasuredUsage.NONE);
        assertStanding(14, 6);
        assertThat(reconcile().driftTokens()).isZero();
    }

    @Test
    void requestWhenItsJournalKnowsLessThanTheCheckpointIsSettledAtTheCheckpoint() {
        database.journal(dead)
                .find(id)
                .orElseThrow()
                .count(new MeasuredUsage(8, 2, 1, 0)); // the machine lost its power

        replay();

        assertThat(measurement().usage()).isEqualTo(CHECKPOINT);
        assertThat(measurement().estimated()).isFalse();
        assertThat(reconcile()).isEqualTo(new Reconciliation(14, 14, 14, 0, 0, List.of(Money.zero(USD)), 0, 0));
    }

    @Test
    void requestWhenTheEngineCountIsStoredAndItsSettlementIsNotIsEstimatedAtThat() {
        database.tables.engineCounts().add(dead.processId(), id, EXACT);
        takeForDead();

        assertThat(measurement().usage()).isEqualTo(EXACT);
        deadProcesses.giveUp(id);
        assertThat(reconcile()).isEqualTo(new Reconciliation(17, 17, 17, 17, 0, List.of(Money.zero(USD)), 0, 0));
    }

    @Test
    void requestWhenTheEngineCountComesBehindItsEstimateAndNoSettlementDoesIsBilledByItOnceGivenUp() {
        takeForDead();
        database.tables.engineCounts().add(dead.processId(), id, EXACT);

        assertThat(deadProcesses.giveUp(id)).isEqualTo(new GivingUp.GivenUp(id));

        assertThat(measurement().usage()).isEqualTo(EXACT);
        assertThat(measurement().estimated()).isFalse();
        assertStanding(17, 0);
        assertThat(reconcile()).isEqualTo(new Reconciliation(17, 17, 17, 0, 0, List.of(Money.zero(USD)), 0, 0));
        assertThat(deadProcesses.giveUp(id)).isEqualTo(new GivingUp.NotEstimated(ReservationState.SETTLED));
    }

    @Test
    void requestWhenTheEngineCountComesAfterItWasGivenUpStaysAtItsEstimate() {
        takeForDead();
        deadProcesses.giveUp(id);
        database.tables.engineCounts().add(dead.processId(), id, EXACT);

        assertThat(measurement().usage()).isEqualTo(CHECKPOINT);
        assertThat(reconcile()).isEqualTo(new Reconciliation(14, 14, 14, 14, 0, List.of(Money.zero(USD)), 0, 0));
    }

    @Test
    void requestWhenItsJournalIsLostAltogetherIsSettledAtTheCheckpoint() {
        database.journal(dead).free(id);

        replayOf(database.journal(dead));

        assertThat(measurement().usage()).isEqualTo(CHECKPOINT);
        assertThat(reconcile()).isEqualTo(new Reconciliation(14, 14, 14, 0, 0, List.of(Money.zero(USD)), 0, 0));
    }

    @Test
    void intentWhenAnotherProcessRunsTheRequestLeavesThatAlone() {
        UUID other = UUID.randomUUID();
        UsageJournal killed = UsageJournal.create(database.journalFolder(), other, 1);
        killed.begin(id);
        killed.close(); // killed while it asked for an id that runs elsewhere

        replay(judge);

        assertThat(state()).isEqualTo(ReservationState.RESERVED);
    }

    private void outliveTheLease() {
        database.travel("9 minutes");
        judge.renew();
        database.travel("11 minutes");
    }

    private void takeForDead() {
        outliveTheLease();
        deadProcesses.estimate();
        assertThat(deadProcesses.estimate()).isZero();
    }

    /** The file of the dead process is found by another. */
    private void replay() {
        database.journal(dead).close();
        replay(judge);
    }

    private void replay(ProcessLease by) {
        recovery(database.journal(by)).replayAbandoned();
    }

    private void replayOf(UsageJournal journal) {
        recovery(journal).sweep();
    }

    private UsageRecovery recovery(UsageJournal journal) {
        return new UsageRecovery(journal, settling, deadProcesses, database.tables);
    }

    private void assertExact() {
        assertThat(state()).isEqualTo(ReservationState.SETTLED);
        assertThat(measurement().usage()).isEqualTo(EXACT);
        assertThat(measurement().estimated()).isFalse();
        assertThat(measurement().cost()).isEqualTo(RATE.cost(EXACT));
        BudgetStanding standing = database.budgets.standings(owner()).getFirst();
        assertThat(standing.settled()).isEqualTo(17);
        assertThat(standing.reserved()).isZero();
        assertThat(reconcile().driftTokens()).isZero();
        assertThat(reconcile().ledgerTokens()).isEqualTo(17);
        assertThat(reconcile().estimatedTokens()).isZero();
        assertThat(database.number("SELECT sum(nanos) FROM billing.ledger_entry WHERE nanos > 0"))
                .isEqualTo(RATE.cost(EXACT).nanos());
    }

    private void assertStanding(long settled, long reserved) {
        BudgetStanding standing = database.budgets.standings(owner()).getFirst();
        assertThat(standing.settled()).isEqualTo(settled);
        assertThat(standing.reserved()).isEqualTo(reserved);
    }

    private BudgetOwner owner() {
        return new BudgetOwner(tenant.tenantId(), LimitScope.TENANT, tenant.tenantId(), ZoneOffset.UTC);
    }

    private ReservationState state() {
        return database.reservations.stateOf(id).orElseThrow();
    }

    private RecordedRequest.Measurement measurement() {
        return database.report.find(id).orElseThrow().measurement();
    }

    private long receiptsDue() {
        return database.number("SELECT count(*) FROM billing.receipt_pending");
    }

    private Reconciliation reconcile() {
        return new JdbcReconciliations(database.jdbc).reconcile(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));
    }
}
