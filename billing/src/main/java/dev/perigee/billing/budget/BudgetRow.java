package dev.perigee.billing.budget;

import dev.perigee.billing.metering.LimitScope;
import dev.perigee.billing.money.Money;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Currency;
import java.util.UUID;

/**
 * A budget as stored, in the period of a moment.
 *
 * @param id identifier
 * @param owner whose it is
 * @param budget the budget
 * @param moment the moment whose period is meant
 */
record BudgetRow(UUID id, BudgetOwner owner, Budget budget, Instant moment) {

    /** What to select from {@code billing.budget b} for the present period. */
    static final String SELECT = "SELECT b.*, billing.clock() AS moment FROM billing.budget b ";

    static BudgetRow read(ResultSet row, int number) throws SQLException {
        String currency = row.getString("currency");
        long amount = row.getLong("limit_amount");
        BudgetLimit limit = currency == null
                ? new BudgetLimit.OfTokens(amount)
                : new BudgetLimit.OfMoney(new Money(amount, Currency.getInstance(currency)));
        BudgetOwner owner = new BudgetOwner(
                row.getObject("tenant_id", UUID.class),
                LimitScope.ofWord(row.getString("scope")),
                row.getObject("scope_id", UUID.class),
                ZoneId.of(row.getString("time_zone")));
        Budget budget = new Budget(
                BudgetPeriod.ofWord(row.getString("period")), limit, BudgetMode.ofWord(row.getString("mode")));
        return new BudgetRow(
                row.getObject("id", UUID.class),
                owner,
                budget,
                row.getObject("moment", OffsetDateTime.class).toInstant());
    }

    /** The period that is meant. */
    BudgetWindow window() {
        return budget.period().windowAt(moment, owner.timeZone());
    }

    /** Which period is meant: those of one budget never begin at the same moment. */
    Place place() {
        return new Place(id, window().start());
    }

    /**
     * A period as it is stored.
     *
     * @param budget whose
     * @param start its first moment
     */
    record Place(UUID budget, Instant start) {}

    boolean isHard() {
        return budget.mode() == BudgetMode.HARD;
    }

    boolean inTokens() {
        return budget.limit() instanceof BudgetLimit.OfTokens;
    }

    BudgetStanding standing(long settled, long reserved) {
        Instant resetsAt = budget.period() == BudgetPeriod.TOTAL ? null : window().end();
        return new BudgetStanding(owner.scope(), budget, settled, reserved, resetsAt);
    }
}
