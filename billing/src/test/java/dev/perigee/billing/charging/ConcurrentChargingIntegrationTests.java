package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.postgres.Contenders;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConcurrentChargingIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final long SEED = 20261125;

    private static BillingDatabase database;
    private static Charging charging;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(10);
        charging = database.charging();
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void settleWhenManyTryTheSameReservationSucceedsOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            String id = "contended-" + round;
            charging.reserve(request(id));
            List<Settlement> settlements = Contenders.together(
                    CONTENDERS,
                    contender ->
                            charging.settle(id, new MeasuredUsage(contender + 1, 0, 0, 0), RequestOutcome.COMPLETED));
            assertThat(settlements)
                    .filteredOn(Settlement.Settled.class::isInstance)
                    .hasSize(1);
            assertThat(settlements)
                    .filteredOn(new Settlement.AlreadySettled(id)::equals)
                    .hasSize(CONTENDERS - 1);
        }
        assertBooksAgree();
    }

    @Test
    void reserveWhenManyTryTheSameIdAdmitsOne() throws Exception {
        List<Admission> admissions = Contenders.together(CONTENDERS, contender -> charging.reserve(request("one-id")));
        assertThat(admissions).filteredOn(Admission.Admitted.class::isInstance).hasSize(1);
        assertThat(admissions)
                .filteredOn(Admission.DuplicateRequest.class::isInstance)
                .hasSize(CONTENDERS - 1);
    }

    @Test
    void settleWhenManyRequestsRunSumsToTheToken() throws Exception {
        Random random = new Random(SEED);
        List<MeasuredUsage> usages = new ArrayList<>();
        for (int i = 0; i < CONTENDERS; i++) {
            usages.add(new MeasuredUsage(
                    random.nextInt(500), random.nextInt(500), random.nextInt(500), random.nextInt(500)));
        }
        Contenders.together(CONTENDERS, contender -> {
            String id = "sum-" + contender;
            charging.reserve(new ChargeRequest(id, tenant, "moonlet", 1_000, 1_000));
            return charging.settle(id, usages.get(contender), RequestOutcome.COMPLETED);
        });
        assertThat(database.jdbc
                        .sql(
                                "SELECT sum(uncached_input_tokens + cached_input_tokens + output_tokens + reasoning_tokens)"
                                        + " FROM billing.usage WHERE tenant_id = :tenant")
                        .param("tenant", tenant.tenantId())
                        .query(Long.class)
                        .single())
                .as("seed %d", SEED)
                .isEqualTo(usages.stream()
                        .mapToLong(usage -> usage.inputTokens() + usage.outputTokens())
                        .sum());
        assertBooksAgree();
    }

    @Test
    void settleWhenOneOfManyExceedsItsHoldSettlesTheOthers() throws Exception {
        for (int i = 0; i < CONTENDERS; i++) {
            charging.reserve(request("neighbour-" + i));
        }
        List<Settlement> settlements = Contenders.together(
                CONTENDERS,
                contender -> charging.settle(
                        "neighbour-" + contender,
                        new MeasuredUsage(1, 0, contender % 10 == 0 ? 10_000 : 1, 0),
                        RequestOutcome.COMPLETED));
        assertThat(settlements)
                .filteredOn(Settlement.ExceedsHold.class::isInstance)
                .hasSize(CONTENDERS / 10);
        assertThat(settlements).filteredOn(Settlement.Settled.class::isInstance).hasSize(CONTENDERS - CONTENDERS / 10);
        assertBooksAgree();
    }

    @Test
    void reserveWhenOneOfManyHasAnotherCurrencyAdmitsTheOthers() throws Exception {
        Currency franc = Currency.getInstance("CHF");
        database.priceBooks.ensure("moonlet", new Rate(franc, 1, 1, 1));
        charging.reserve(request("first"));
        CostAttribution changed =
                new CostAttribution(tenant.tenantId(), tenant.projectId(), tenant.apiKeyId(), franc, null);
        List<String> ends = Contenders.together(CONTENDERS, contender -> {
            CostAttribution attribution = contender % 10 == 0 ? changed : contender % 2 == 0 ? tenant : newTenant();
            try {
                return charging.reserve(new ChargeRequest("currency-" + contender, attribution, "moonlet", 1, 1))
                        .getClass()
                        .getSimpleName();
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        });
        assertThat(ends).filteredOn("Admitted"::equals).hasSize(CONTENDERS - CONTENDERS / 10);
        assertThat(ends)
                .filteredOn(end -> end.contains("currency is CHF, must be USD"))
                .hasSize(CONTENDERS / 10);
    }

    private static void assertBooksAgree() {
        assertThat(database.number("SELECT coalesce(sum(nanos), 0) FROM billing.ledger_entry"))
                .isZero();
        assertThat(database.number("SELECT sum(nanos) FROM billing.ledger_entry WHERE nanos > 0"))
                .isEqualTo(database.number("SELECT sum(cost_nanos) FROM billing.usage"))
                .isPositive();
        assertThat(database.number("SELECT sum(tokens) FROM billing.ledger_transaction"))
                .isEqualTo(database.number("SELECT sum(uncached_input_tokens + cached_input_tokens + output_tokens"
                        + " + reasoning_tokens) FROM billing.usage"));
    }

    private ChargeRequest request(String id) {
        return new ChargeRequest(id, tenant, "moonlet", 100, 50);
    }
}
