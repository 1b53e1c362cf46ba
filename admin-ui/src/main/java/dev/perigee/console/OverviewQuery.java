package dev.perigee.console;

import dev.perigee.billing.charging.UsageQuery;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.charging.UsageSums;
import dev.perigee.billing.money.Money;
import dev.perigee.platform.apikey.ApiKey;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Gathers the overview: the oldest tenants, their keys, and what they used since midnight UTC. */
final class OverviewQuery {

    private static final int MAX_TENANTS = 100;
    private static final int MAX_KEYS = 20;

    private final Tenants tenants;
    private final ApiKeys apiKeys;
    private final UsageReport usage;
    private final Clock clock;

    OverviewQuery(Tenants tenants, ApiKeys apiKeys, UsageReport usage, Clock clock) {
        this.tenants = tenants;
        this.apiKeys = apiKeys;
        this.usage = usage;
        this.clock = clock;
    }

    private record Used(Tenant tenant, UsageSums sums) {}

    Overview today() {
        Instant midnight = clock.instant().truncatedTo(ChronoUnit.DAYS);
        List<Used> used = tenants.list(null, MAX_TENANTS).stream()
                .map(tenant -> new Used(tenant, sums(tenant, midnight)))
                .toList();
        List<Overview.Point> points = used.stream()
                .filter(line -> line.sums().inputTokens() + line.sums().outputTokens() > 0)
                .map(line -> new Overview.Point(
                        line.tenant().name(),
                        line.sums().inputTokens(),
                        line.sums().outputTokens()))
                .toList();
        return new Overview(
                midnight.atOffset(ZoneOffset.UTC).toLocalDate().toString(),
                figures(used),
                points,
                used.stream().map(this::line).toList());
    }

    private UsageSums sums(Tenant tenant, Instant midnight) {
        UsageQuery query = new UsageQuery(
                tenant.id(), tenant.currency(), ZoneOffset.UTC, midnight, midnight.plus(Duration.ofDays(1)), Set.of());
        return usage.summarise(query).total();
    }

    private Overview.TenantLine line(Used used) {
        UsageSums sums = used.sums();
        List<Overview.KeyLine> keys = apiKeys.list(used.tenant().id(), null, MAX_KEYS).stream()
                .map(OverviewQuery::keyLine)
                .toList();
        return new Overview.TenantLine(
                used.tenant().id(),
                used.tenant().name(),
                keys,
                grouped(sums.requests()),
                grouped(sums.inputTokens()),
                grouped(sums.outputTokens()),
                money(sums.cost()));
    }

    private static Overview.KeyLine keyLine(ApiKey key) {
        return new Overview.KeyLine(
                key.id(), key.name(), key.prefix(), key.state().name().toLowerCase(Locale.ROOT));
    }

    private static List<Overview.Figure> figures(List<Used> used) {
        long requests = used.stream().mapToLong(line -> line.sums().requests()).sum();
        long input = used.stream().mapToLong(line -> line.sums().inputTokens()).sum();
        long output =
                used.stream().mapToLong(line -> line.sums().outputTokens()).sum();
        List<Overview.Figure> figures = new ArrayList<>();
        figures.add(new Overview.Figure("Requests today", grouped(requests)));
        figures.add(new Overview.Figure("Input tokens", grouped(input)));
        figures.add(new Overview.Figure("Output tokens", grouped(output)));
        figures.add(new Overview.Figure("Cost", cost(used)));
        return figures;
    }

    /** One sum for each currency: currencies are never added. */
    private static String cost(List<Used> used) {
        Map<String, Money> sums = new TreeMap<>();
        for (Used line : used) {
            Money cost = line.sums().cost();
            sums.merge(cost.currency().getCurrencyCode(), cost, Money::plus);
        }
        if (sums.isEmpty()) {
            return money(Money.zero(Currency.getInstance("USD")));
        }
        return String.join(
                " + ", sums.values().stream().map(OverviewQuery::money).toList());
    }

    private static String money(Money money) {
        return money.amount() + " " + money.currency().getCurrencyCode();
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
