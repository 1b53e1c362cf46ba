package dev.perigee.platform.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.platform.quota.QuotaClaim.Caller;
import dev.perigee.postgres.Contenders;
import dev.perigee.postgres.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Two nodes, each with connections of its own, on one real PostgreSQL. */
class QuotasIntegrationTests {

    private static final int CONTENDERS = 40;
    private static final int ROOM = 5;
    private static final int ROUNDS = 25;

    private static Node first;
    private static Node second;

    private final Caller caller = new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

    @BeforeAll
    static void open() {
        TestDatabase database = TestDatabase.create();
        first = new Node(database);
        second = new Node(database);
        Flyway.configure()
                .dataSource(first.dataSource)
                .locations("classpath:db/migration/billing", "classpath:db/migration/platform")
                .load()
                .migrate();
    }

    @AfterAll
    static void close() {
        first.dataSource.close();
        second.dataSource.close();
    }

    @AfterEach
    void stopTravelling() {
        travel("0 seconds");
    }

    @ParameterizedTest
    @EnumSource(LimitScope.class)
    void requestsWhenManyContendForTheLastRoomAreLetInExactly(LimitScope scope) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Caller fresh = new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
            first.quotas.set(scope, id(scope, fresh), new Quota((long) ROOM, null, null));
            String name = scope + "-requests-" + round;
            assertThat(admitted(Contenders.together(
                            CONTENDERS, number -> node(number).admit(claim(name + "-" + number, fresh, 1)))))
                    .as("round %d", round)
                    .isEqualTo(ROOM);
        }
    }

    @Test
    void tokensWhenManyContendForTheLastRoomAreLetInExactly() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Caller fresh = new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
            first.quotas.set(LimitScope.TENANT, fresh.tenantId(), new Quota(null, 7_000_099L * ROOM, null));
            String name = "tokens-" + round;
            assertThat(admitted(Contenders.together(
                            CONTENDERS, number -> node(number).admit(claim(name + "-" + number, fresh, 7_000_099)))))
                    .as("round %d", round)
                    .isEqualTo(ROOM);
        }
    }

    @Test
    void concurrencyWhenManyContendIsExactAndComesBackWithEachEnd() throws Exception {
        first.quotas.set(LimitScope.PROJECT, caller.projectId(), new Quota(null, null, (long) ROOM));
        for (int round = 0; round < ROUNDS; round++) {
            String name = "concurrent-" + round;
            List<QuotaDecision> decisions = Contenders.together(
                    CONTENDERS, number -> node(number).admit(claim(name + "-" + number, caller, 1)));
            assertThat(admitted(decisions)).as("round %d", round).isEqualTo(ROOM);
            Contenders.together(CONTENDERS, number -> {
                node(number).ended(claim(name + "-" + number, caller, 1));
                return number;
            });
        }
        assertThat(first.running.count(LimitScope.PROJECT, caller.projectId())).isZero();
    }

    @Test
    void requestWhenOneScopeIsExhaustedUsesNothingOfTheOthers() {
        first.quotas.set(LimitScope.API_KEY, caller.apiKeyId(), new Quota(3L, 100L, 10L));
        first.quotas.set(LimitScope.TENANT, caller.tenantId(), new Quota(2L, null, null));

        assertThat(admit("one", 10)).isInstanceOf(QuotaDecision.Admitted.class);
        assertThat(admit("two", 10)).isInstanceOf(QuotaDecision.Admitted.class);
        for (int i = 0; i < 10; i++) {
            ExhaustedQuota exhausted = refused(admit("more-" + i, 10));
            assertThat(exhausted.scope()).isEqualTo(LimitScope.TENANT);
            assertThat(exhausted.measure()).isEqualTo(QuotaMeasure.REQUESTS_PER_MINUTE);
            assertThat(exhausted.counters()).isEqualTo(new ExhaustedQuota.Counters(2, 2, 1));
            assertThat(exhausted.retryAfter()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
        }
        first.quotas.set(LimitScope.TENANT, caller.tenantId(), Quota.UNLIMITED);
        assertThat(admit("three", 10).standings())
                .extracting(RateStanding::measure, RateStanding::remaining)
                .containsExactly(
                        tuple(QuotaMeasure.REQUESTS_PER_MINUTE, 0L), tuple(QuotaMeasure.TOKENS_PER_MINUTE, 70L));
        assertThat(first.running.count(LimitScope.API_KEY, caller.apiKeyId())).isEqualTo(3);
    }

    @Test
    void refusalWhenSeveralScopesAreExhaustedNamesTheNarrowest() {
        for (LimitScope scope : LimitScope.values()) {
            first.quotas.set(scope, id(scope, caller), new Quota(1L, null, null));
        }
        admit("one", 1);

        assertThat(refused(admit("two", 1)).scope()).isEqualTo(LimitScope.API_KEY);
    }

    @Test
    void rateWhenTimePassesComesBackEvenly() {
        first.quotas.set(LimitScope.TENANT, caller.tenantId(), new Quota(4L, null, null));
        for (int i = 0; i < 4; i++) {
            assertThat(admit("before-" + i, 1)).isInstanceOf(QuotaDecision.Admitted.class);
        }
        refused(admit("full", 1));

        travel("15 seconds");

        assertThat(admit("after-15-s", 1)).isInstanceOf(QuotaDecision.Admitted.class);
        refused(admit("full-again", 1));
        travel("1 hour");
        assertThat(List.of(admit("a", 1), admit("b", 1), admit("c", 1), admit("d", 1)))
                .allMatch(QuotaDecision.Admitted.class::isInstance);
        refused(admit("no-more-than-a-minute's", 1));
    }

    @Test
    void tokensWhenGeneratedCountBeyondTheLimitAndTheNextWaits() {
        first.quotas.set(LimitScope.API_KEY, caller.apiKeyId(), new Quota(null, 100L, null));
        assertThat(admit("talkative", 40)).isInstanceOf(QuotaDecision.Admitted.class);

        second.quotas.produced(claim("talkative", caller, 40), 160);

        ExhaustedQuota exhausted = refused(admit("next", 1));
        assertThat(exhausted.measure()).isEqualTo(QuotaMeasure.TOKENS_PER_MINUTE);
        assertThat(exhausted.counters()).isEqualTo(new ExhaustedQuota.Counters(100, 200, 1));
        travel("61 seconds");
        assertThat(admit("later", 1)).isInstanceOf(QuotaDecision.Admitted.class);
    }

    @Test
    void promptWhenLargerThanTheLimitIsTooLargeForEver() {
        first.quotas.set(LimitScope.API_KEY, caller.apiKeyId(), new Quota(null, 100L, null));

        ExhaustedQuota exhausted = refused(admit("large", 101));

        assertThat(exhausted.tooLarge()).isTrue();
        assertThat(exhausted.retryAfter()).isNull();
    }

    @Test
    void limitWhenChangedKeepsWhatIsUsed() {
        first.quotas.set(LimitScope.API_KEY, caller.apiKeyId(), new Quota(5L, null, null));
        for (int i = 0; i < 5; i++) {
            admit("used-" + i, 1);
        }
        second.quotas.set(LimitScope.API_KEY, caller.apiKeyId(), new Quota(7L, null, null));

        assertThat(second.quotas.find(LimitScope.API_KEY, caller.apiKeyId())).isEqualTo(new Quota(7L, null, null));
        assertThat(admit("six", 1)).isInstanceOf(QuotaDecision.Admitted.class);
        assertThat(admit("seven", 1)).isInstanceOf(QuotaDecision.Admitted.class);
        refused(admit("eight", 1));
    }

    @Test
    void concurrencyWhenAProcessDiesComesBackWithItsLeases() {
        first.quotas.set(LimitScope.TENANT, caller.tenantId(), new Quota(null, null, 2L));
        assertThat(first.quotas.admit(claim("dies", caller, 1))).isInstanceOf(QuotaDecision.Admitted.class);
        assertThat(second.quotas.admit(claim("lives", caller, 1))).isInstanceOf(QuotaDecision.Admitted.class);
        refused(admit("third", 1));

        travel("31 seconds");
        second.running.renew();

        assertThat(first.running.count(LimitScope.TENANT, caller.tenantId())).isEqualTo(1);
        assertThat(second.quotas.admit(claim("fourth", caller, 1))).isInstanceOf(QuotaDecision.Admitted.class);
        refused(admit("fifth", 1));
    }

    private QuotaDecision admit(String id, long promptTokens) {
        return first.quotas.admit(claim(id, caller, promptTokens));
    }

    private static QuotaClaim claim(String id, Caller caller, long promptTokens) {
        return new QuotaClaim(id + "-" + caller.apiKeyId(), caller, promptTokens);
    }

    private static UUID id(LimitScope scope, Caller caller) {
        return switch (scope) {
            case API_KEY -> caller.apiKeyId();
            case PROJECT -> caller.projectId();
            case TENANT -> caller.tenantId();
        };
    }

    private static ExhaustedQuota refused(QuotaDecision decision) {
        assertThat(decision).isInstanceOf(QuotaDecision.Refused.class);
        return ((QuotaDecision.Refused) decision).exhausted();
    }

    private static long admitted(List<QuotaDecision> decisions) {
        return decisions.stream()
                .filter(QuotaDecision.Admitted.class::isInstance)
                .count();
    }

    private static Quotas node(int number) {
        return number % 2 == 0 ? first.quotas : second.quotas;
    }

    private static void travel(String interval) {
        first.jdbc
                .sql("CREATE OR REPLACE FUNCTION billing.clock() RETURNS timestamptz LANGUAGE sql STABLE AS "
                        + "'SELECT transaction_timestamp() + interval ''" + interval + "'''")
                .update();
    }

    private static final class Node {

        final HikariDataSource dataSource = new HikariDataSource();
        final JdbcClient jdbc;
        final RunningRequests running;
        final Quotas quotas;

        Node(TestDatabase database) {
            dataSource.setJdbcUrl(database.jdbcUrl());
            dataSource.setUsername(database.username());
            dataSource.setPassword(database.password());
            dataSource.setMaximumPoolSize(8);
            dataSource.setMinimumIdle(1);
            jdbc = JdbcClient.create(dataSource);
            running = new RunningRequests(jdbc, Duration.ofSeconds(30));
            quotas = new JdbcQuotas(jdbc, new JdbcTransactionManager(dataSource), running);
        }
    }
}
