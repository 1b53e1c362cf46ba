package dev.perigee.billing.charging;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reports over PostgreSQL, one statement a report.
 *
 * <p>Where a day begins is Java's knowledge, not PostgreSQL's: the boundaries go into the statement, so that both always use the same time
 * zone rules.
 */
public final class JdbcUsageReport implements UsageReport {

    private static final String SUMS = """
            count(*) FILTER (WHERE NOT refused) AS requests,
            count(*) FILTER (WHERE refused) AS refused_requests,
            sum(uncached_input_tokens + cached_input_tokens) AS input_tokens,
            sum(cached_input_tokens) AS cached_input_tokens,
            sum(output_tokens + reasoning_tokens) AS output_tokens,
            sum(reasoning_tokens) AS reasoning_tokens,
            sum(cost_nanos) AS cost_nanos""";
    private static final String ROWS = """
            (SELECT *, width_bucket(occurred_at, CAST(:days AS timestamptz[])) AS day FROM billing.usage
             WHERE tenant_id = :tenant AND occurred_at >= :from AND occurred_at < :to) AS counted""";
    private static final String ONE = """
            SELECT request_id, coalesce(u.tenant_id, r.tenant_id) AS tenant_id,
                coalesce(u.project_id, r.project_id) AS project_id, coalesce(u.api_key_id, r.api_key_id) AS api_key_id,
                coalesce(u.currency, r.currency) AS currency, coalesce(u.end_user_hash, r.end_user_hash) AS end_user_hash,
                coalesce(u.model, r.model) AS model, coalesce(u.occurred_at, r.reserved_at) AS occurred_at,
                r.state, r.held_nanos, r.resolved_at, r.price_version_id,
                u.outcome, u.uncached_input_tokens, u.cached_input_tokens, u.output_tokens, u.reasoning_tokens,
                u.cost_nanos, u.recorded_at, u.model_sha256, u.estimated
            FROM (SELECT * FROM billing.usage WHERE request_id = :id AND occurred_at = (
                SELECT reserved_at FROM billing.reservation WHERE request_id = :id
                UNION ALL SELECT occurred_at FROM billing.refused_request WHERE request_id = :id LIMIT 1)) u
            FULL JOIN (SELECT * FROM billing.reservation WHERE request_id = :id) r USING (request_id)""";

    private final JdbcClient jdbc;

    public JdbcUsageReport(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public UsageSummary summarise(UsageQuery query) {
        List<LocalDate> days = query.days();
        List<UsageGroup> rows = jdbc.sql(statement(query))
                .param("days", boundaries(query, days))
                .param("tenant", query.tenantId())
                .param("from", query.from().atOffset(ZoneOffset.UTC))
                .param("to", query.to().atOffset(ZoneOffset.UTC))
                .query((row, number) -> group(row, query, days))
                .list();
        return new UsageSummary(rows.getFirst().sums(), rows.subList(1, rows.size()));
    }

    @Override
    public Optional<RecordedRequest> find(String requestId) {
        return jdbc.sql(ONE)
                .param("id", requestId)
                .query((row, number) -> UsageRow.request(row))
                .optional();
    }

    /** One row for the total, which comes first, and one a group. */
    private static String statement(UsageQuery query) {
        List<String> columns = columns(query);
        String dimensions = String.join(", ", columns);
        if (columns.isEmpty()) {
            return "SELECT " + SUMS + " FROM " + ROWS;
        }
        return "SELECT " + dimensions + ", " + SUMS + " FROM " + ROWS + " GROUP BY GROUPING SETS ((), (" + dimensions
                + ")) ORDER BY GROUPING(" + columns.getFirst() + ") DESC, " + dimensions;
    }

    private static List<String> columns(UsageQuery query) {
        List<String> columns = new ArrayList<>();
        for (UsageDimension dimension : UsageDimension.values()) {
            if (query.groupBy().contains(dimension)) {
                columns.add(column(dimension));
            }
        }
        return columns;
    }

    private static String column(UsageDimension dimension) {
        return switch (dimension) {
            case DAY -> "day";
            case MODEL -> "model";
            case PROJECT -> "project_id";
            case API_KEY -> "api_key_id";
        };
    }

    private static String boundaries(UsageQuery query, List<LocalDate> days) {
        return days.stream()
                .map(day -> day.atStartOfDay(query.timeZone()).toInstant().toString())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static UsageGroup group(ResultSet row, UsageQuery query, List<LocalDate> days) throws SQLException {
        UsageSums sums = UsageRow.sums(row, query.currency());
        if (row.isFirst()) {
            return new UsageGroup(null, null, null, null, sums);
        }
        return new UsageGroup(
                query.groupBy().contains(UsageDimension.DAY) ? days.get(row.getInt("day") - 1) : null,
                query.groupBy().contains(UsageDimension.MODEL) ? row.getString("model") : null,
                query.groupBy().contains(UsageDimension.PROJECT) ? row.getObject("project_id", UUID.class) : null,
                query.groupBy().contains(UsageDimension.API_KEY) ? row.getObject("api_key_id", UUID.class) : null,
                sums);
    }
}
