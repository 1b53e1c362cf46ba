package dev.perigee.billing.budget;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BudgetsIntegrationTests {

    private static BillingDatabase database;
    private static Charging charging;
    private static Budgets budgets;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(4);
        charging = database.charging();
        budgets = database.budgets;
        database.travelTo(Instant.parse("2020-01-01T00:00:00Z"));
        database.priceBooks.ensure("moonlet", RATE);
        database.travel("0 seconds");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @AfterEach
    void stopTravelling() {
        database.travel("0 seconds");
    }

    @ParameterizedTest
    @EnumSource(LimitScope.class)
    void tokensWhenFewerAreLeftThanAskedForAreCutAndThenRefused(LimitScope scope) {
        set(scope, tokens(BudgetPeriod.TOTAL, 250, BudgetMode.HARD));

        assertThat(admitted(reserve("first", 100, 50)).maxOutputTokens()).isEqualTo(50);
        Admission.Admitted cut = admitted(reserve("second", 60, 50));
        assertThat(cut.maxOutputTokens()).isEqualTo(40);
        assertThat(cut.cutBy().source()).isEqualTo(scope.word() + ".budget.total.tokens");
        assertThat(cut.reservation().heldTokens()).isEqualTo(100);
        BudgetStanding spent = exhausted(reserve("third", 1, 1));

        assertThat(spent.scope()).isEqualTo(scope);
        assertThat(spent.reserved()).isEqualTo(250);
        assertThat(spent.settled()).isZero();
        assertThat(spent.available()).isZero();
        settle("first", new MeasuredUsage(60, 40, 30, 20));
        settle("second", new MeasuredUsage(60, 0, 1, 0));
        assertStanding(scope, 0, 211, 0);
        assertThat(admitted(reserve("fourth", 1, 500)).maxOutputTokens()).isEqualTo(38);
    }

    @Test
    void moneyWhenFewIsLeftPaysForWholeTokens() {
        // 100 prompt tokens cost 60,000 nanos, an output token 2,500
        set(LimitScope.TENANT, money(BudgetPeriod.TOTAL, 60_000 + 3 * 2_500 + 2_499));

        Admission.Admitted cut = admitted(reserve("cut", 100, 50));

        assertThat(cut.maxOutputTokens()).isEqualTo(3);
        assertThat(cut.reservation().held()).isEqualTo(new Money(67_500, USD));
        settle("cut", new MeasuredUsage(0, 100, 3, 0));
        assertStanding(LimitScope.TENANT, 0, 100 * 150 + 3 * 2_500, 0);
    }

    @Test
    void requestWhenReleasedOrGivenUpHoldsNothing() {
        set(LimitScope.TENANT, tokens(BudgetPeriod.DAY, 150, BudgetMode.HARD));
        admitted(reserve("released", 100, 50));
        settle("released", MeasuredUsage.NONE);
        assertStanding(LimitScope.TENANT, 0, 0, 0);
        admitted(reserve("expired", 100, 50));
        database.jdbc
                .sql(
                        "UPDATE billing.reservation SET state = 'estimated', estimated_at = billing.clock() WHERE request_id = :id")
                .param("id", id("expired"))
                .update();
        assertStanding(LimitScope.TENANT, 0, 0, 150);
        database.jdbc
                .sql(
                        "UPDATE billing.reservation SET state = 'expired', resolved_at = billing.clock() WHERE request_id = :id")
                .param("id", id("expired"))
                .update();
        assertStanding(LimitScope.TENANT, 0, 0, 0);
    }

    @Test
    void requestWhenSeveralScopesApplyIsHeldInAllAndRefusedByTheNarrowest() {
        set(LimitScope.API_KEY, tokens(BudgetPeriod.MONTH, 150, BudgetMode.HARD));
        set(LimitScope.PROJECT, tokens(BudgetPeriod.DAY, 150, BudgetMode.HARD), money(BudgetPeriod.TOTAL, 1_000_000));
        set(LimitScope.TENANT, tokens(BudgetPeriod.TOTAL, 1_000, BudgetMode.HARD));
        admitted(reserve("first", 100, 50));

        assertStanding(LimitScope.API_KEY, 0, 0, 150);
        assertStanding(LimitScope.PROJECT, 0, 0, 185_000);
        assertStanding(LimitScope.PROJECT, 1, 0, 150);
        assertStanding(LimitScope.TENANT, 0, 0, 150);
        assertThat(exhausted(reserve("second", 1, 1)).scope()).isEqualTo(LimitScope.API_KEY);
        set(LimitScope.API_KEY);
        assertThat(exhausted(reserve("third", 1, 1)).scope()).isEqualTo(LimitScope.PROJECT);
    }

    @Test
    void shadowWhenPassedCountsAndRefusesNothing() {
        set(LimitScope.TENANT, tokens(BudgetPeriod.TOTAL, 10, BudgetMode.SHADOW));

        assertThat(admitted(reserve("over", 100, 50)).cutBy()).isNull();
        assertStanding(LimitScope.TENANT, 0, 0, 150);
        settle("over", new MeasuredUsage(100, 0, 50, 0));
        assertStanding(LimitScope.TENANT, 0, 150, 0);
    }

    @Test
    void budgetWhenSetLaterCountsWhatItsPeriodUsedAndHolds() {
        database.travelTo(Instant.parse("2026-11-25T12:00:00Z"));
        admitted(reserve("yesterday", 100, 50));
        settle("yesterday", new MeasuredUsage(100, 0, 50, 0));
        database.travelTo(Instant.parse("2026-11-26T12:00:00Z"));
        admitted(reserve("today", 10, 5));
        settle("today", new MeasuredUsage(10, 0, 5, 0));
        admitted(reserve("running", 10, 7));

        set(
                LimitScope.TENANT,
                tokens(BudgetPeriod.DAY, 40, BudgetMode.HARD),
                tokens(BudgetPeriod.MONTH, 1_000, BudgetMode.SHADOW));

        assertStanding(LimitScope.TENANT, 0, 15, 17);
        assertStanding(LimitScope.TENANT, 1, 165, 17);
        settle("running", new MeasuredUsage(10, 0, 7, 0));
        assertStanding(LimitScope.TENANT, 0, 32, 0);
        assertThat(admitted(reserve("last", 2, 50)).maxOutputTokens()).isEqualTo(6);
    }

    @Test
    void budgetWhenReplacedByOneThatCountsLikeItGoesOn() {
        set(LimitScope.TENANT, tokens(BudgetPeriod.TOTAL, 100, BudgetMode.HARD));
        admitted(reserve("first", 10, 10));
        settle("first", new MeasuredUsage(10, 0, 10, 0));

        set(LimitScope.TENANT, tokens(BudgetPeriod.TOTAL, 15, BudgetMode.HARD));

        assertStanding(LimitScope.TENANT, 0, 20, 0);
        assertThat(exhausted(reserve("second", 0, 1)).available()).isZero();
        set(LimitScope.TENANT);
        assertThat(budgets.standings(owner(LimitScope.TENANT, ZoneOffset.UTC))).isEmpty();
        admitted(reserve("third", 10, 10));
    }

    @Test
    void budgetsWhenTwoCountAlikeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> set(
                        LimitScope.TENANT,
                        tokens(BudgetPeriod.DAY, 1, BudgetMode.HARD),
                        tokens(BudgetPeriod.DAY, 2, BudgetMode.HARD)));
    }

    /** The last moment of a period is spent, the first of the next is not; a request settles in the period of its admission. */
    @ParameterizedTest
    @CsvSource({
        "DAY,   UTC,              2026-11-26T00:00:00Z",
        "DAY,   Europe/Oslo,      2026-03-28T23:00:00Z",
        "DAY,   Europe/Oslo,      2026-03-29T22:00:00Z",
        "DAY,   Europe/Oslo,      2026-10-25T23:00:00Z",
        "DAY,   America/Santiago, 2026-09-06T04:00:00Z",
        "DAY,   America/Havana,   2026-11-01T04:00:00Z",
        "DAY,   America/Havana,   2026-11-02T05:00:00Z",
        "MONTH, UTC,              2028-03-01T00:00:00Z",
        "MONTH, Europe/Oslo,      2026-03-31T22:00:00Z",
        "MONTH, America/New_York, 2026-11-01T04:00:00Z"
    })
    void budgetWhenItsPeriodEndsBeginsAnew(BudgetPeriod period, ZoneId zone, Instant boundary) {
        database.travelTo(boundary.minusMillis(1));
        budgets.replace(owner(LimitScope.TENANT, zone), List.of(tokens(period, 150, BudgetMode.HARD)));
        admitted(reserve("before", 100, 50));
        assertThat(exhausted(reserve("too-much", 1, 1)).resetsAt()).isEqualTo(boundary);

        database.travelTo(boundary);
        admitted(reserve("after", 100, 50));
        exhausted(reserve("too-much-again", 1, 1));
        settle("before", new MeasuredUsage(100, 0, 30, 0));
        assertStanding(LimitScope.TENANT, 0, 0, 150);
        settle("after", new MeasuredUsage(100, 0, 20, 0));
        assertStanding(LimitScope.TENANT, 0, 120, 0);
        database.travelTo(boundary.minusMillis(1));
        assertStanding(LimitScope.TENANT, 0, 130, 0);
    }

    @Test
    void timeZoneWhenChangedCountsTheNewDayWhole() {
        database.travelTo(Instant.parse("2026-11-26T00:30:00Z"));
        budgets.replace(
                owner(LimitScope.TENANT, ZoneOffset.UTC), List.of(tokens(BudgetPeriod.DAY, 150, BudgetMode.HARD)));
        database.travelTo(Instant.parse("2026-11-25T23:30:00Z"));
        admitted(reserve("utc-yesterday", 10, 10));
        settle("utc-yesterday", new MeasuredUsage(10, 0, 10, 0));
        database.travelTo(Instant.parse("2026-11-26T00:30:00Z"));
        admitted(reserve("utc-today", 10, 30));
        assertStanding(LimitScope.TENANT, 0, 0, 40);

        budgets.changeTimeZone(tenant.tenantId(), ZoneId.of("Europe/Oslo"));

        assertStanding(LimitScope.TENANT, 0, 20, 40);
        settle("utc-today", new MeasuredUsage(10, 0, 30, 0));
        assertStanding(LimitScope.TENANT, 0, 60, 0);
    }

    private void set(LimitScope scope, Budget... chosen) {
        budgets.replace(owner(scope, ZoneOffset.UTC), List.of(chosen));
    }

    private BudgetOwner owner(LimitScope scope, ZoneId zone) {
        return new BudgetOwner(tenant.tenantId(), scope, scope.idIn(tenant), zone);
    }

    private void assertStanding(LimitScope scope, int index, long settled, long reserved) {
        BudgetStanding standing =
                budgets.standings(owner(scope, ZoneOffset.UTC)).get(index);
        assertThat(List.of(standing.settled(), standing.reserved())).containsExactly(settled, reserved);
    }

    private static Budget tokens(BudgetPeriod period, long limit, BudgetMode mode) {
        return new Budget(period, new BudgetLimit.OfTokens(limit), mode);
    }

    private static Budget money(BudgetPeriod period, long nanos) {
        return new Budget(period, new BudgetLimit.OfMoney(new Money(nanos, USD)), BudgetMode.HARD);
    }

    private String id(String name) {
        return name + "-" + UUID.nameUUIDFromBytes(tenant.toString().getBytes(StandardCharsets.UTF_8));
    }

    private Admission reserve(String name, long promptTokens, long maxOutputTokens) {
        return charging.reserve(new ChargeRequest(id(name), tenant, "moonlet", promptTokens, maxOutputTokens));
    }

    private void settle(String name, MeasuredUsage usage) {
        charging.settle(id(name), usage, RequestOutcome.COMPLETED);
    }

    private static Admission.Admitted admitted(Admission admission) {
        assertThat(admission).isInstanceOf(Admission.Admitted.class);
        return (Admission.Admitted) admission;
    }

    private static BudgetStanding exhausted(Admission admission) {
        assertThat(admission).isInstanceOf(Admission.BudgetExhausted.class);
        return ((Admission.BudgetExhausted) admission).standing();
    }
}
