package dev.perigee.billing.ledger;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.charging.RecordedRequest;
import dev.perigee.billing.charging.Settlement;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessLeaseIntegrationTests {

    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final MeasuredUsage USAGE = new MeasuredUsage(10, 0, 5, 0);

    private static BillingDatabase database;

    private final String id = UUID.randomUUID().toString();
    private final ProcessLease first = database.lease(LEASE);
    private final ProcessLease second = database.lease(LEASE);

    @BeforeAll
    static void open() {
        database = new BillingDatabase(2);
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void reserveByFirst() {
        first.start();
        assertThat(reserve()).isInstanceOf(Admission.Admitted.class);
    }

    @AfterEach
    void returnToNow() {
        database.travel("0");
        first.close();
        second.close();
    }

    @Test
    void holdWhenItsProcessLivesIsKeptByOthers() {
        second.start();
        second.renew();
        assertThat(state()).isEqualTo(ReservationState.RESERVED);
    }

    @Test
    void holdWhenItsProcessStoppedIsExpiredByTheNext() {
        first.close();
        second.start();
        assertThat(state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(database.report.find(id).map(RecordedRequest::measurement)).isEmpty();
        assertThat(reserve()).isEqualTo(new Admission.DuplicateRequest(id, ReservationState.EXPIRED));
    }

    @Test
    void holdWhenItsProcessWasKilledIsExpiredOnceTheLeaseHasRunOut() {
        database.travel("9 minutes 50 seconds");
        second.start();
        assertThat(state()).isEqualTo(ReservationState.RESERVED);
        database.travel("10 minutes 10 seconds");
        second.renew();
        assertThat(state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(database.number("SELECT count(*) FROM billing.process")).isEqualTo(1);
    }

    @Test
    void leaseWhenRenewedKeepsTheHold() {
        database.travel("9 minutes");
        first.renew();
        database.travel("18 minutes");
        second.start();
        assertThat(state()).isEqualTo(ReservationState.RESERVED);
    }

    @Test
    void settleWhenHoldWasExpiredWronglyStillBillsOnce() {
        first.close();
        second.start();
        Charging late = database.charging(first);
        Money cost = RATE.cost(USAGE);
        assertThat(late.settle(id, USAGE, RequestOutcome.COMPLETED)).isEqualTo(new Settlement.Settled(cost));
        assertThat(late.settle(id, USAGE, RequestOutcome.COMPLETED)).isEqualTo(new Settlement.AlreadySettled(id));
        assertThat(state()).isEqualTo(ReservationState.EXPIRED);
        assertThat(database.number("SELECT sum(nanos) FROM billing.ledger_entry WHERE nanos > 0"))
                .isEqualTo(cost.nanos());
        assertThat(cost.currency()).isEqualTo(USD);
    }

    private Admission reserve() {
        return database.charging(first).reserve(new ChargeRequest(id, newTenant(), "moonlet", 10, 10));
    }

    private ReservationState state() {
        return database.reservations.stateOf(id).orElseThrow();
    }
}
