package dev.perigee.billing.charging;

import static dev.perigee.billing.BillingDatabase.RATE;
import static dev.perigee.billing.BillingDatabase.USD;
import static dev.perigee.billing.BillingDatabase.newTenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.perigee.billing.BillingDatabase;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.JdbcUsageRecords;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.metering.UsageEvent;
import dev.perigee.billing.money.Money;
import dev.perigee.billing.pricing.PriceBookVersion;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UsageReportIntegrationTests {

    private static final Instant FROM = Instant.parse("2026-10-20T00:00:00Z");
    private static final Instant TO = Instant.parse("2026-11-05T00:00:00Z");
    private static final MeasuredUsage USAGE = new MeasuredUsage(10, 5, 3, 2);

    private static BillingDatabase database;
    private static PriceBookVersion price;

    private final CostAttribution tenant = newTenant();

    @BeforeAll
    static void open() {
        database = new BillingDatabase(2);
        price = database.priceBooks.ensure("moonlet", RATE).versions().getFirst();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void summaryWhenNothingWasUsedIsZeroInTheTenantsCurrency() {
        assertThat(summarise("UTC", UsageDimension.DAY))
                .isEqualTo(new UsageSummary(new UsageSums(0, 0, 0, 0, 0, 0, Money.zero(USD)), List.of()));
        assertThat(summarise("UTC").total().cost()).isEqualTo(Money.zero(USD));
    }

    @Test
    void summaryWhenRequestsAreRefusedCountsThemApart() {
        add(tenant, "moonlet", "2026-11-01T12:00:00Z");
        add(tenant, "moonlet", "2026-11-02T12:00:00Z");
        new JdbcUsageRecords(database.jdbc)
                .add(new UsageEvent(
                        "refused",
                        tenant,
                        "moonlet",
                        RequestOutcome.OVERLOADED,
                        MeasuredUsage.NONE,
                        new UsageEvent.Charge(price.id(), Money.zero(USD), TO.minusSeconds(1)),
                        false));
        assertThat(summarise("UTC").total()).isEqualTo(sums(2, 1));
    }

    @Test
    void daysWhenClocksGoBackFollowTheTenantsZone() {
        // New York leaves daylight saving time on 2026-11-01: that day has 25 hours, from 04:00Z to 05:00Z the next
        // day.
        add(tenant, "moonlet", "2026-11-01T03:59:59.999999Z");
        add(tenant, "moonlet", "2026-11-01T04:00:00Z");
        add(tenant, "moonlet", "2026-11-02T04:59:59.999999Z");
        add(tenant, "moonlet", "2026-11-02T05:00:00Z");
        assertThat(summarise("America/New_York", UsageDimension.DAY).groups())
                .extracting(UsageGroup::day, group -> group.sums().requests())
                .containsExactly(
                        tuple(LocalDate.of(2026, 10, 31), 1L),
                        tuple(LocalDate.of(2026, 11, 1), 2L),
                        tuple(LocalDate.of(2026, 11, 2), 1L));
    }

    @Test
    void daysWhenZoneIsAFixedOffsetHaveItsSign() {
        add(tenant, "moonlet", "2026-11-01T23:30:00Z");
        assertThat(summarise("UTC+02:00", UsageDimension.DAY).groups())
                .extracting(UsageGroup::day)
                .containsExactly(LocalDate.of(2026, 11, 2));
    }

    @Test
    void groupsWhenByEverythingAddUpToTheTotal() {
        CostAttribution otherKey =
                new CostAttribution(tenant.tenantId(), tenant.projectId(), UUID.randomUUID(), USD, null);
        add(tenant, "moonlet", "2026-11-01T12:00:00Z");
        add(tenant, "other", "2026-11-01T12:00:00Z");
        add(otherKey, "moonlet", "2026-11-02T12:00:00Z");
        add(newTenant(), "moonlet", "2026-11-01T12:00:00Z");
        UsageSummary summary = summarise("UTC", UsageDimension.values());
        assertThat(summary.total()).isEqualTo(sums(3, 0));
        assertThat(summary.groups())
                .hasSize(3)
                .allSatisfy(group -> assertThat(group.sums()).isEqualTo(sums(1, 0)));
        assertThat(summary.groups()).extracting(UsageGroup::apiKeyId).contains(otherKey.apiKeyId());
        assertThat(summarise("UTC", UsageDimension.MODEL).groups())
                .extracting(UsageGroup::model)
                .containsExactly("moonlet", "other");
        assertThat(summarise("UTC", UsageDimension.PROJECT).groups())
                .extracting(UsageGroup::projectId)
                .containsExactly(tenant.projectId());
    }

    @Test
    void summaryWhenRequestIsAtTheEdgesCountsFromAndNotTo() {
        add(tenant, "moonlet", FROM.toString());
        add(tenant, "moonlet", TO.toString());
        assertThat(summarise("UTC").total()).isEqualTo(sums(1, 0));
    }

    private UsageSummary summarise(String zone, UsageDimension... groupBy) {
        return database.report.summarise(
                new UsageQuery(tenant.tenantId(), USD, ZoneId.of(zone), FROM, TO, Set.of(groupBy)));
    }

    private static UsageSums sums(long requests, long refused) {
        return new UsageSums(
                requests,
                refused,
                15 * requests,
                5 * requests,
                5 * requests,
                2 * requests,
                RATE.cost(USAGE).times(requests));
    }

    private static void add(CostAttribution attribution, String model, String admittedAt) {
        new JdbcUsageRecords(database.jdbc)
                .add(new UsageEvent(
                        UUID.randomUUID().toString(),
                        attribution,
                        model,
                        RequestOutcome.COMPLETED,
                        USAGE,
                        new UsageEvent.Charge(price.id(), RATE.cost(USAGE), Instant.parse(admittedAt)),
                        false));
    }
}
