package dev.perigee.billing.charging;

import dev.perigee.billing.ledger.ReservationState;
import dev.perigee.billing.metering.CostAttribution;
import dev.perigee.billing.metering.CostAttributionRow;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.RequestOutcome;
import dev.perigee.billing.money.Money;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Currency;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How sums and single requests are read from a row. */
final class UsageRow {

    private UsageRow() {}

    /** The sums of a row, exact: a sum that does not fit into a {@code long} fails. */
    static UsageSums sums(ResultSet row, Currency currency) throws SQLException {
        return new UsageSums(
                whole(row, "requests"),
                whole(row, "refused_requests"),
                whole(row, "input_tokens"),
                whole(row, "cached_input_tokens"),
                whole(row, "output_tokens"),
                whole(row, "reasoning_tokens"),
                new Money(whole(row, "cost_nanos"), currency));
    }

    /** One request, from its usage row, its reservation, or both. */
    static RecordedRequest request(ResultSet row) throws SQLException {
        CostAttribution attribution = CostAttributionRow.read(row);
        return new RecordedRequest(
                row.getString("request_id"),
                attribution,
                row.getString("model"),
                moment(row, "occurred_at"),
                charge(row, attribution.currency()),
                measurement(row, attribution.currency()));
    }

    private static RecordedRequest.@Nullable Charge charge(ResultSet row, Currency currency) throws SQLException {
        String state = row.getString("state");
        if (state == null) {
            return null;
        }
        OffsetDateTime resolvedAt = row.getObject("resolved_at", OffsetDateTime.class);
        return new RecordedRequest.Charge(
                row.getObject("price_version_id", UUID.class),
                new Money(row.getLong("held_nanos"), currency),
                ReservationState.ofWord(state),
                resolvedAt == null ? null : resolvedAt.toInstant());
    }

    private static RecordedRequest.@Nullable Measurement measurement(ResultSet row, Currency currency)
            throws SQLException {
        String outcome = row.getString("outcome");
        if (outcome == null) {
            return null;
        }
        MeasuredUsage usage = new MeasuredUsage(
                row.getLong("uncached_input_tokens"),
                row.getLong("cached_input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("reasoning_tokens"));
        return new RecordedRequest.Measurement(
                RequestOutcome.ofWord(outcome),
                usage,
                new Money(row.getLong("cost_nanos"), currency),
                moment(row, "recorded_at"),
                row.getString("model_sha256"),
                row.getBoolean("estimated"));
    }

    private static Instant moment(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static long whole(ResultSet row, String column) throws SQLException {
        BigDecimal sum = row.getBigDecimal(column);
        return sum == null ? 0 : sum.longValueExact();
    }
}
