package dev.perigee.billing.budget;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.charging.Admission;
import dev.perigee.billing.charging.ChargeRequest;
import dev.perigee.billing.charging.Charging;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import dev.perigee.postgres.Contenders;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two processes on one real PostgreSQL, 40 contenders at the edge. */
class ConcurrentBudgetsIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final int ROOM = 5;
    private static final int ROUNDS = 50;
    private static final long SEED = 20261126;

    private static BillingDatabase database;
    private static List<Charging> processes;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(10);
        processes = List.of(database.charging(), database.charging());
        database.priceBooks.ensure("moonlet", RATE);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void tokensWhenManyContendAreGivenOutToTheLastOne() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            CostAttribution fresh = newTenant();
            // room for five whole requests and 20 tokens behind the prompt of a sixth
            long limit = ROOM * 150 + 120;
            set(fresh, LimitScope.TENANT, new BudgetLimit.OfTokens(limit));
            set(fresh, LimitScope.API_KEY, new BudgetLimit.OfTokens(limit));

            List<Admission> admissions = Contenders.together(CONTENDERS, number -> reserve(number, fresh));

            assertThat(outputs(admissions))
                    .as("round %d", round)
                    .containsExactlyInAnyOrder(50L, 50L, 50L, 50L, 50L, 20L);
            assertThat(standing(fresh, LimitScope.TENANT).reserved()).isEqualTo(limit);
        }
    }

    @Test
    void moneyWhenManyContendIsGivenOutToTheLastToken() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            CostAttribution fresh = newTenant();
            long whole = 100 * 600 + 50 * 2_500;
            set(fresh, LimitScope.PROJECT, new BudgetLimit.OfMoney(new Money(ROOM * whole + 59_999, USD)));

            List<Admission> admissions = Contenders.together(CONTENDERS, number -> reserve(number, fresh));

            assertThat(outputs(admissions)).as("round %d", round).containsExactly(50L, 50L, 50L, 50L, 50L);
            assertThat(standing(fresh, LimitScope.PROJECT).reserved()).isEqualTo(ROOM * whole);
        }
    }

    /** Contenders reserve, settle less or all, and come again until the budget is spent; meanwhile it is set again and watched. */
    @Test
    void settledWhenManyUseABudgetUpNeverPassesItAndMeetsItExactly() throws Exception {
        long limit = 20_011;
        set(tenant, LimitScope.TENANT, new BudgetLimit.OfTokens(limit));
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService watcher = Executors.newSingleThreadExecutor()) {
            Future<Integer> samples = watcher.submit(() -> {
                int count = 0;
                while (!ended.get()) {
                    BudgetStanding now = standing(tenant, LimitScope.TENANT);
                    assertThat(now.settled() + now.reserved()).isLessThanOrEqualTo(limit);
                    if (++count % 10 == 0) {
                        set(tenant, LimitScope.TENANT, new BudgetLimit.OfTokens(limit));
                    }
                    Thread.sleep(10);
                }
                return count;
            });
            Contenders.together(CONTENDERS, number -> useUp(new Random(SEED + number), number));
            ended.set(true);
            assertThat(samples.get()).isPositive();
        }

        BudgetStanding end = standing(tenant, LimitScope.TENANT);
        assertThat(end.reserved()).isZero();
        assertThat(end.settled()).as("seed %d", SEED).isEqualTo(limit);
        assertThat(database.jdbc
                        .sql(
                                "SELECT sum(uncached_input_tokens + cached_input_tokens + output_tokens + reasoning_tokens)"
                                        + " FROM billing.usage WHERE tenant_id = :tenant")
                        .param("tenant", tenant.tenantId())
                        .query(Long.class)
                        .single())
                .isEqualTo(limit);
    }

    /** Uses a prompt token and some output each time; gives up only when nothing is left and nobody holds anything. */
    private int useUp(Random random, int number) throws InterruptedException {
        int requests = 0;
        while (true) {
            String id = UUID.randomUUID().toString();
            Charging charging = processes.get(number % 2);
            switch (charging.reserve(new ChargeRequest(id, tenant, "moonlet", 0, 1 + random.nextInt(200)))) {
                case Admission.Admitted admitted -> {
                    requests++;
                    long used = random.nextInt(3) == 0
                            ? random.nextLong(admitted.maxOutputTokens() + 1)
                            : admitted.maxOutputTokens();
                    charging.settle(id, new MeasuredUsage(0, 0, used, 0), RequestOutcome.COMPLETED);
                }
                case Admission.BudgetExhausted spent -> {
                    if (spent.standing().reserved() == 0) {
                        return requests;
                    }
                    Thread.sleep(5);
                }
                case Admission.TooManyRunning full -> throw new AssertionError(full);
                case Admission.RepeatedKey repeated -> throw new AssertionError(repeated);
                case Admission.UnpricedModel unpriced -> throw new AssertionError(unpriced);
                case Admission.DuplicateRequest duplicate -> throw new AssertionError(duplicate);
            }
        }
    }

    private static List<Long> outputs(List<Admission> admissions) {
        return admissions.stream()
                .filter(Admission.Admitted.class::isInstance)
                .map(admission -> ((Admission.Admitted) admission).maxOutputTokens())
                .toList();
    }

    private static Admission reserve(int number, CostAttribution attribution) {
        return processes
                .get(number % 2)
                .reserve(new ChargeRequest(UUID.randomUUID().toString(), attribution, "moonlet", 100, 50));
    }

    private static void set(CostAttribution attribution, LimitScope scope, BudgetLimit limit) {
        database.budgets.replace(
                owner(attribution, scope), List.of(new Budget(BudgetPeriod.TOTAL, limit, BudgetMode.HARD)));
    }

    private static BudgetStanding standing(CostAttribution attribution, LimitScope scope) {
        return database.budgets.standings(owner(attribution, scope)).getFirst();
    }

    private static BudgetOwner owner(CostAttribution attribution, LimitScope scope) {
        return new BudgetOwner(attribution.tenantId(), scope, scope.idIn(attribution), ZoneOffset.UTC);
    }
}
