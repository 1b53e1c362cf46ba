package dev.perigee.billing.budget;

import dev.perigee.billing.batch.Rows;
import dev.perigee.billing.metering.CostAttributionRow;
import java.sql.Types;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The budgets in PostgreSQL.
 *
 * <p>Admissions and settlements of a tenant share a lock with each other; a change of the tenant's budgets has it alone. What
 * {@code decide} and {@code settle} do belongs to the caller's transaction.
 */
public final class JdbcBudgets implements Budgets {

    private static final Comparator<BudgetStanding> NARROWEST = Comparator.comparing(BudgetStanding::scope);

    private static final String OF_CLAIMS = """
            SELECT q.number, b.*, coalesce(q.moment, billing.clock()) AS moment
            FROM unnest(CAST(:moments AS timestamptz[]), CAST(:apiKeys AS uuid[]), CAST(:projects AS uuid[]), CAST(:tenants AS uuid[]))
                WITH ORDINALITY AS q (moment, api_key, project, tenant, number)
            CROSS JOIN LATERAL (VALUES ('api_key', q.api_key), ('project', q.project), ('tenant', q.tenant)) AS s (scope, id)
            JOIN billing.budget b ON b.scope = s.scope AND b.scope_id = s.id
            ORDER BY q.number, b.id""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final BudgetWindows windows;

    public JdbcBudgets(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.windows = new BudgetWindows(jdbc);
    }

    @Override
    public List<BudgetStanding> standings(BudgetOwner owner) {
        return of(owner).stream().map(windows::standing).toList();
    }

    private List<BudgetRow> of(BudgetOwner owner) {
        return jdbc.sql(BudgetRow.SELECT + """
                        WHERE b.scope = :scope AND b.scope_id = :id
                        ORDER BY array_position(ARRAY['total', 'day', 'month'], b.period), b.currency NULLS LAST, b.mode""")
                .param("scope", owner.scope().word())
                .param("id", owner.scopeId())
                .query(BudgetRow::read)
                .list();
    }

    @Override
    public void replace(BudgetOwner owner, List<Budget> budgets) {
        check(budgets);
        transaction.executeWithoutResult(status -> {
            take(owner.tenantId());
            of(owner).stream()
                    .filter(old -> budgets.stream().noneMatch(old.budget()::countsLike))
                    .forEach(this::delete);
            budgets.forEach(budget -> write(owner, budget));
            of(owner).forEach(windows::fill);
        });
    }

    private static void check(List<Budget> budgets) {
        if (budgets.size() > MAX_BUDGETS) {
            throw new IllegalArgumentException("there are " + budgets.size() + " budgets, may be " + MAX_BUDGETS);
        }
        for (int i = 0; i < budgets.size(); i++) {
            if (budgets.subList(0, i).stream().anyMatch(budgets.get(i)::countsLike)) {
                throw new IllegalArgumentException("budgets[" + i + "] counts like one before");
            }
        }
    }

    private void delete(BudgetRow row) {
        jdbc.sql("DELETE FROM billing.budget WHERE id = :id")
                .param("id", row.id())
                .update();
    }

    private void write(BudgetOwner owner, Budget budget) {
        jdbc.sql("""
                        INSERT INTO billing.budget
                            (id, tenant_id, scope, scope_id, period, currency, limit_amount, mode, time_zone)
                        VALUES (:id, :tenant, :scope, :scopeId, :period, :currency, :limit, :mode, :timeZone)
                        ON CONFLICT (scope, scope_id, period, currency, mode)
                            DO UPDATE SET limit_amount = excluded.limit_amount, time_zone = excluded.time_zone""")
                .param("id", UUID.randomUUID())
                .param("tenant", owner.tenantId())
                .param("scope", owner.scope().word())
                .param("scopeId", owner.scopeId())
                .param("period", budget.period().word())
                .param("currency", currency(budget.limit()), Types.VARCHAR)
                .param("limit", budget.limit().amount())
                .param("mode", budget.mode().word())
                .param("timeZone", owner.timeZone().getId())
                .update();
    }

    private static @Nullable String currency(BudgetLimit limit) {
        return switch (limit) {
            case BudgetLimit.OfMoney ofMoney -> ofMoney.money().currencyCode();
            case BudgetLimit.OfTokens ofTokens -> null;
        };
    }

    @Override
    public void changeTimeZone(UUID tenantId, ZoneId timeZone) {
        transaction.executeWithoutResult(status -> {
            take(tenantId);
            jdbc.sql("UPDATE billing.budget SET time_zone = :timeZone WHERE tenant_id = :tenant")
                    .param("timeZone", timeZone.getId())
                    .param("tenant", tenantId)
                    .update();
            jdbc.sql(BudgetRow.SELECT + "WHERE b.tenant_id = :tenant")
                    .param("tenant", tenantId)
                    .query(BudgetRow::read)
                    .list()
                    .forEach(windows::fill);
        });
    }

    /**
     * Decides what a request may spend, and keeps everybody else from deciding by the same budgets until the transaction ends: the caller
     * reserves what was decided before that.
     */
    public BudgetDecision decide(BudgetClaim claim) {
        return decide(List.of(claim)).getFirst();
    }

    /** Decides what each of these may spend, one after the other: what one is paid the next ones do not get. */
    public List<BudgetDecision> decide(List<BudgetClaim> claims) {
        if (claims.isEmpty()) {
            return List.of();
        }
        keep(claims.stream().map(claim -> claim.attribution().tenantId()).toList());
        List<List<BudgetRow>> rows = of(claims);
        Map<BudgetRow.Place, BudgetStanding> standings =
                windows.lock(rows.stream().flatMap(List::stream).toList());
        return IntStream.range(0, claims.size())
                .mapToObj(number -> decide(claims.get(number), rows.get(number), standings))
                .toList();
    }

    /** @param standings where all hard budgets stand; what is paid now is reserved there */
    private static BudgetDecision decide(
            BudgetClaim claim, List<BudgetRow> rows, Map<BudgetRow.Place, BudgetStanding> standings) {
        List<BudgetRow> hard = rows.stream().filter(BudgetRow::isHard).toList();
        List<BudgetStanding> narrowestFirst = hard.stream()
                .map(row -> Objects.requireNonNull(standings.get(row.place())))
                .sorted(NARROWEST)
                .toList();
        BudgetDecision decision = exhausted(claim, narrowestFirst).orElseGet(() -> paid(claim, narrowestFirst));
        if (decision instanceof BudgetDecision.Paid paid) {
            hard.forEach(row -> standings.computeIfPresent(
                    row.place(),
                    (place, standing) ->
                            standing.holdingMore(claim.amount(row.budget().limit(), paid.maxOutputTokens()))));
        }
        return decision;
    }

    private static Optional<BudgetDecision> exhausted(BudgetClaim claim, List<BudgetStanding> standings) {
        List<BudgetStanding> failing = standings.stream()
                .filter(standing -> claim.payable(standing) < 1)
                .toList();
        return failing.stream()
                .filter(standing -> !claim.payableWithoutOthers(standing))
                .findFirst()
                .<BudgetDecision>map(spent -> new BudgetDecision.Exhausted(spent, false))
                .or(() -> failing.stream().findFirst().map(held -> new BudgetDecision.Exhausted(held, true)));
    }

    private static BudgetDecision paid(BudgetClaim claim, List<BudgetStanding> standings) {
        long payable =
                standings.isEmpty() ? claim.tokens().output() : claim.tokens().tranche();
        BudgetStanding cutBy = null;
        for (BudgetStanding standing : standings) {
            if (claim.payable(standing) < payable) {
                payable = claim.payable(standing);
                cutBy = standing;
            }
        }
        return new BudgetDecision.Paid(payable, cutBy);
    }

    /** The budgets of each claim. */
    private List<List<BudgetRow>> of(List<BudgetClaim> claims) {
        List<List<BudgetRow>> rows = Stream.<List<BudgetRow>>generate(ArrayList::new)
                .limit(claims.size())
                .toList();
        Rows<BudgetClaim> parameters = Rows.of(claims)
                .texts(
                        "moments",
                        claim -> claim.held() == null ? null : claim.held().admittedAt());
        jdbc.sql(OF_CLAIMS)
                .params(CostAttributionRow.columns(parameters, BudgetClaim::attribution)
                        .parameters())
                .query(row -> {
                    rows.get(row.getInt("number") - 1).add(BudgetRow.read(row, 0));
                });
        return rows;
    }

    /** Counts what requests used. */
    public void settle(List<BudgetUse> uses) {
        if (!uses.isEmpty()) {
            windows.settle(uses);
        }
    }

    /** Keeps the tenants' budgets as they are until the transaction ends. */
    public void keep(Collection<UUID> tenantIds) {
        jdbc.sql("SELECT count(*) FROM unnest(CAST(:keys AS text[])) AS key,"
                        + " LATERAL pg_advisory_xact_lock_shared(hashtextextended(key, 0))")
                .param(
                        "keys",
                        tenantIds.stream()
                                .distinct()
                                .sorted()
                                .map(JdbcBudgets::lockKey)
                                .toArray(String[]::new))
                .query(Integer.class)
                .single();
    }

    /** Has the tenant's budgets alone until the transaction ends. */
    private void take(UUID tenantId) {
        jdbc.sql("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", lockKey(tenantId))
                .query(Integer.class)
                .single();
    }

    private static String lockKey(UUID tenantId) {
        return "perigee/budget/" + tenantId;
    }
}
