package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetLimit;
import dev.perigee.billing.budget.BudgetMode;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.BudgetPeriod;
import dev.perigee.billing.budget.BudgetStanding;
import dev.perigee.billing.ledger.Reservation;
import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import dev.perigee.postgres.Contenders;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** A reservation that grows while its answer streams. */
class TranchesIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final long SEED = 20261127;

    private static BillingDatabase database;
    private static List<Charging> processes;
    private static Charging charging;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(10);
        processes = List.of(database.charging(), database.charging());
        charging = processes.getFirst();
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterEach
    void returnToNow() {
        database.travel("0");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void admissionWhenNoHardBudgetAppliesHoldsAllAtOnce() {
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(1), BudgetMode.SHADOW);

        Admission.Admitted admitted = admitted(reserve("unlimited", 10, 500));

        assertThat(admitted.maxOutputTokens()).isEqualTo(500);
        assertThat(admitted.reservation().heldTokens()).isEqualTo(510);
    }

    @Test
    void trancheWhenTheBudgetPaysForLessIsCutToOneTokenAndThenRefused() {
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(16), BudgetMode.HARD);
        Admission.Admitted admitted = admitted(reserve("cut", 10, 500));
        assertThat(admitted.maxOutputTokens()).isEqualTo(1);
        assertThat(standing().reserved()).isEqualTo(11);

        Reservation held = extended(admitted.reservation(), 4, 4);
        assertThat(held.held()).isEqualTo(new Money(10 * 600 + 5 * 2500, USD));
        held = extended(held, 4, 1);
        assertThat(charging.extend(held, 4)).isEqualTo(new Extension.BudgetExhausted(standing(), false));

        assertThat(standing().reserved()).isEqualTo(16);
        charging.settle("cut", new MeasuredUsage(10, 0, 6, 0), RequestOutcome.LENGTH);
        assertThat(standing().settled()).isEqualTo(16);
        assertThat(standing().reserved()).isZero();
    }

    @Test
    void refusalWhenOthersHoldTheRestSaysSo() {
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfMoney(new Money(20 * 600 + 3 * 2500, USD)), BudgetMode.HARD);
        Reservation first = admitted(reserve("holder", 10, 500)).reservation();
        Reservation second = admitted(reserve("other", 10, 500)).reservation();
        extended(first, 9, 1);

        assertThat(((Extension.BudgetExhausted) charging.extend(second, 9)).heldByOthers())
                .isTrue();
        assertThat(((Admission.BudgetExhausted) reserve("late", 1, 1)).heldByOthers())
                .isTrue();
        assertThat(((Admission.BudgetExhausted) reserve("large", 100, 1)).heldByOthers())
                .isFalse();
        charging.settle("holder", MeasuredUsage.NONE, RequestOutcome.CANCELLED);
        extended(second, 9, 4);
    }

    @Test
    void trancheWhenTheDayHasEndedCountsInTheDayOfAdmission() {
        database.travelTo(Instant.parse("2027-11-25T23:59:59Z"));
        set(BudgetPeriod.DAY, new BudgetLimit.OfTokens(20), BudgetMode.HARD);
        Reservation held = admitted(reserve("late-evening", 10, 500)).reservation();
        database.travelTo(Instant.parse("2027-11-26T00:00:01Z"));

        held = extended(held, 20, 9);

        assertThat(standing().reserved()).as("today").isZero();
        assertThat(admitted(reserve("morning", 19, 500)).maxOutputTokens()).isEqualTo(1);
        assertThat(((Extension.BudgetExhausted) charging.extend(held, 1))
                        .standing()
                        .reserved())
                .as("yesterday")
                .isEqualTo(20);
    }

    @Test
    void trancheWhenTheRequestWasSettledIsNotHeld() {
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(100), BudgetMode.HARD);
        Reservation held = admitted(reserve("over", 10, 500)).reservation();
        charging.settle("over", new MeasuredUsage(10, 0, 1, 0), RequestOutcome.COMPLETED);

        assertThat(charging.extend(held, 4)).isEqualTo(new Extension.NotRunning("over"));
    }

    @Test
    void trancheWhenAskedForAgainAfterALostReplyIsHeldOnce() {
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(100), BudgetMode.HARD);
        Reservation held = admitted(reserve("lost-reply", 10, 500)).reservation();
        extended(held, 5, 5);

        assertThat(extended(held, 5, 5).heldTokens()).isEqualTo(16);
        assertThat(standing().reserved()).isEqualTo(16);
    }

    @Test
    void settlementWhenMoreWasUsedThanHeldIsRefusedByCodeAndDatabase() {
        Reservation held = admitted(reserve("too-much", 10, 5)).reservation();

        assertThat(charging.settle("too-much", new MeasuredUsage(10, 0, 6, 0), RequestOutcome.COMPLETED))
                .isEqualTo(new Settlement.ExceedsHold(held));

        assertThat(database.reservations.stateOf("too-much")).contains(ReservationState.RESERVED);
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> database.jdbc.sql("""
                                INSERT INTO billing.usage (request_id, tenant_id, project_id, api_key_id, model, outcome, refused,
                                    uncached_input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                                    price_version_id, currency, cost_nanos)
                                SELECT request_id, tenant_id, project_id, api_key_id, model, 'completed', false, 10, 0, 6, 0,
                                    price_version_id, currency, 0
                                FROM billing.reservation WHERE request_id = 'too-much'""").update())
                .withMessageContaining("usage of request too-much is more than it held");
    }

    /** Answers of random lengths in random tranches, on two processes, until nothing is left: not a token more, and not one less. */
    @Test
    void budgetWhenManyStreamOnItIsUsedUpToTheLastToken() throws Exception {
        long limit = 3_011;
        set(BudgetPeriod.TOTAL, new BudgetLimit.OfTokens(limit), BudgetMode.HARD);

        List<Long> used = Contenders.together(CONTENDERS, number -> {
            Random random = new Random(SEED + number);
            long sum = 0;
            while (true) {
                long tokens = streamOne(processes.get(number % 2), random);
                if (tokens < 0) {
                    return sum;
                }
                sum += tokens;
            }
        });

        assertThat(used.stream().mapToLong(Long::longValue).sum())
                .as("seed %d", SEED)
                .isEqualTo(limit);
        assertThat(standing().settled()).isEqualTo(limit);
        assertThat(standing().reserved()).isZero();
    }

    /** One answer without a prompt; tokens used, or -1 where the budget is spent. */
    private long streamOne(Charging process, Random random) throws InterruptedException {
        String id = UUID.randomUUID().toString();
        Admission admission = process.reserve(new ChargeRequest(id, tenant, "moonlet", 0, 200, 1, null));
        if (admission instanceof Admission.BudgetExhausted spent) {
            Thread.sleep(5);
            return spent.heldByOthers() ? 0 : -1;
        }
        Reservation held = admitted(admission).reservation();
        long wanted = 1L + random.nextInt(200);
        while (held.heldTokens() < wanted
                && process.extend(held, 1L + random.nextInt(40)) instanceof Extension.Extended more) {
            held = more.reservation();
        }
        assertThat(standing().settled() + standing().reserved()).isLessThanOrEqualTo(3_011);
        long tokens = Math.min(wanted, held.heldTokens());
        process.settle(id, new MeasuredUsage(0, 0, tokens, 0), RequestOutcome.COMPLETED);
        return tokens;
    }

    private Admission reserve(String id, long promptTokens, long maxOutputTokens) {
        return charging.reserve(new ChargeRequest(id, tenant, "moonlet", promptTokens, maxOutputTokens, 1, null));
    }

    private static Admission.Admitted admitted(Admission admission) {
        return (Admission.Admitted) admission;
    }

    private static Reservation extended(Reservation reservation, long wanted, long expected) {
        Extension.Extended extended = (Extension.Extended) charging.extend(reservation, wanted);
        assertThat(extended.outputTokens()).isEqualTo(expected);
        return extended.reservation();
    }

    private void set(BudgetPeriod period, BudgetLimit limit, BudgetMode mode) {
        database.budgets.replace(owner(), List.of(new Budget(period, limit, mode)));
    }

    private BudgetStanding standing() {
        return database.budgets.standings(owner()).getFirst();
    }

    private BudgetOwner owner() {
        return new BudgetOwner(tenant.tenantId(), LimitScope.TENANT, tenant.tenantId(), ZoneOffset.UTC);
    }
}
