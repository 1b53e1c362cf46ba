package dev.perigee.billing.budget;

import dev.perigee.billing.metering.CostAttribution;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The budgets in PostgreSQL.
 *
 * <p>Admissions and settlements of a tenant share a lock with each other; a change of the tenant's budgets has it alone. What
 * {@link #decide} and {@link #settle} do belongs to the caller's transaction.
 */
public final class JdbcBudgets implements Budgets {

    private static final Comparator<BudgetStanding> NARROWEST = Comparator.comparing(BudgetStanding::scope);

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
            lock(owner.tenantId(), "");
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
            lock(tenantId, "");
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
        lock(claim.attribution().tenantId(), "_shared");
        List<BudgetRow> rows = of(claim);
        rows.forEach(windows::open);
        List<BudgetStanding> standings = rows.stream()
                .filter(row -> row.budget().mode() == BudgetMode.HARD)
                .map(windows::lock)
                .sorted(NARROWEST)
                .toList();
        return exhausted(claim, standings).orElseGet(() -> paid(claim, standings));
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

    private List<BudgetRow> of(BudgetClaim claim) {
        CostAttribution attribution = claim.attribution();
        BudgetClaim.Held held = claim.held();
        return jdbc.sql(BudgetRow.SELECT_AT + """
                        WHERE (b.scope, b.scope_id) IN (('api_key', :apiKey), ('project', :project), ('tenant', :tenant))
                        ORDER BY b.id""")
                .param(
                        "moment",
                        held == null ? null : held.admittedAt().atOffset(ZoneOffset.UTC),
                        Types.TIMESTAMP_WITH_TIMEZONE)
                .param("apiKey", attribution.apiKeyId())
                .param("project", attribution.projectId())
                .param("tenant", attribution.tenantId())
                .query(BudgetRow::read)
                .list();
    }

    /** Counts what a request used. */
    public void settle(CostAttribution attribution, Instant admittedAt, long nanos, long tokens) {
        windows.settle(attribution, admittedAt, nanos, tokens);
    }

    /** Keeps the tenant's budgets as they are until the transaction ends. */
    public void keep(UUID tenantId) {
        lock(tenantId, "_shared");
    }

    private void lock(UUID tenantId, String shared) {
        jdbc.sql("SELECT 1 FROM pg_advisory_xact_lock" + shared + "(hashtextextended(:key, 0))")
                .param("key", "perigee/budget/" + tenantId)
                .query(Integer.class)
                .single();
    }
}
