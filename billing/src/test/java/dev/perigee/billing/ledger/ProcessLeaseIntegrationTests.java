package dev.perigee.billing.ledger;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who counts as dead, by the database's clock: a lease of 10 minutes and a grace of 5. */
class ProcessLeaseIntegrationTests {

    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration GRACE = Duration.ofMinutes(5);

    private static BillingDatabase database;

    private final ProcessLease first = new ProcessLease(UUID.randomUUID(), database.jdbc, LEASE, GRACE);
    private final ProcessLease second = new ProcessLease(UUID.randomUUID(), database.jdbc, LEASE, GRACE);

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
        first.renew();
        second.renew();
        assertThat(database.charging(first)
                        .reserve(new ChargeRequest(UUID.randomUUID().toString(), newTenant(), "moonlet", 10, 10)))
                .isInstanceOf(Admission.Admitted.class);
    }

    @AfterEach
    void returnToNow() {
        database.travel("0");
        database.jdbc
                .sql("DO $$ BEGIN SET LOCAL session_replication_role = replica;"
                        + " DELETE FROM billing.reservation; DELETE FROM billing.process; END $$")
                .update();
    }

    @Test
    void processWhenItsLeaseAndTheGraceHaveEndedIsDeadOnce() {
        livingUntil(second, 14);
        assertThat(second.fenceDead()).isZero();
        livingUntil(second, 16);
        assertThat(second.fenceDead()).isEqualTo(1);
        assertThat(second.fenceDead()).isZero();
        assertThat(epochOf(first)).isEqualTo(2);
    }

    @Test
    void processWhenItRenewsLives() {
        livingUntil(first, 16);
        database.travel("0");
        livingUntil(second, 16);
        assertThat(second.fenceDead()).isZero();
    }

    @Test
    void processWhenItHoldsNothingIsNotFenced() {
        livingUntil(first, 16);
        assertThat(first.fenceDead()).isZero();
        assertThat(epochOf(second)).isEqualTo(1);
    }

    @Test
    void judgeWhenTheDatabaseWasAwayForEverybodyWaitsUntilTheOthersCouldRenew() {
        database.travel("40 minutes"); // nobody could renew
        second.renew();
        assertThat(second.fenceDead()).isZero();
        database.travel("41 minutes");
        first.renew();
        database.travel("49 minutes");
        second.renew();
        first.renew();
        database.travel("56 minutes");
        assertThat(second.fenceDead()).isZero();
        assertThat(epochOf(first)).isEqualTo(1);
    }

    @Test
    void judgeWhenItsOwnLeaseHasEndedFencesNobody() {
        database.travel("16 minutes");
        assertThat(second.fenceDead()).isZero();
    }

    @Test
    void processWhenLongDeadIsForgottenOnlyOnceItHoldsNothing() {
        ProcessLease idle = new ProcessLease(UUID.randomUUID(), database.jdbc, LEASE, GRACE);
        idle.renew();
        database.travel("25 hours");
        second.renew();
        assertThat(database.number("SELECT count(*) FROM billing.process")).isEqualTo(2);
        assertThat(epochOf(first)).isEqualTo(1);
    }

    /** Renews every few minutes until then. */
    private static void livingUntil(ProcessLease lease, int minutes) {
        for (int minute = 0; minute <= minutes; minute += 2) {
            database.travel(minute + " minutes");
            lease.renew();
        }
    }

    private static long epochOf(ProcessLease lease) {
        return database.number("SELECT epoch FROM billing.process WHERE id = '" + lease.processId() + "'");
    }
}
