package dev.perigee.billing.metering;

import dev.perigee.billing.batch.Rows;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The usage rows in PostgreSQL, append-only but for an estimate, which is corrected once. */
public final class JdbcUsageRecords {

    private static final String INSERT = """
            INSERT INTO billing.usage AS u (request_id, tenant_id, project_id, api_key_id, end_user_hash, model, outcome, refused,
                uncached_input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                price_version_id, currency, cost_nanos, occurred_at, model_sha256, estimated)
            SELECT q.id, q.tenant, q.project, q.api_key, q.end_user, q.model, q.outcome, q.refused,
                q.uncached_input, q.cached_input, q.output, q.reasoning,
                q.price_version, q.currency, q.cost, coalesce(q.admitted_at, billing.clock()),
                (SELECT r.model_sha256 FROM billing.reservation r WHERE r.request_id = q.id), q.estimated
            FROM unnest(CAST(:ids AS text[]), CAST(:tenants AS uuid[]), CAST(:projects AS uuid[]), CAST(:apiKeys AS uuid[]),
                    CAST(:endUsers AS text[]), CAST(:models AS text[]), CAST(:outcomes AS text[]), CAST(:refused AS boolean[]),
                    CAST(:uncachedInput AS bigint[]), CAST(:cachedInput AS bigint[]), CAST(:output AS bigint[]),
                    CAST(:reasoning AS bigint[]), CAST(:priceVersions AS uuid[]), CAST(:currencies AS text[]),
                    CAST(:costs AS bigint[]), CAST(:admittedAt AS timestamptz[]), CAST(:estimated AS boolean[]))
                AS q (id, tenant, project, api_key, end_user, model, outcome, refused, uncached_input, cached_input, output,
                    reasoning, price_version, currency, cost, admitted_at, estimated)
            ON CONFLICT (request_id, occurred_at) DO UPDATE SET outcome = excluded.outcome,
                uncached_input_tokens = excluded.uncached_input_tokens, cached_input_tokens = excluded.cached_input_tokens,
                output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
                cost_nanos = excluded.cost_nanos, recorded_at = billing.clock(), estimated = false
            WHERE u.estimated AND NOT excluded.estimated
            RETURNING request_id""";

    private final JdbcClient jdbc;

    public JdbcUsageRecords(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds the event unless its request has a row already; where that is an estimate and this is not, corrects it.
     *
     * @return whether it was added or corrected
     */
    public boolean add(UsageEvent event) {
        return add(List.of(event)).contains(event.requestId());
    }

    /**
     * Adds or corrects many events, each of another request.
     *
     * @return the requests whose event was added or corrected
     */
    public Set<String> add(List<UsageEvent> events) {
        Rows<UsageEvent> rows = Rows.of(events)
                .texts("ids", UsageEvent::requestId)
                .texts("models", UsageEvent::model)
                .texts("outcomes", event -> event.outcome().word())
                .truths("refused", event -> event.outcome().refusal())
                .truths("estimated", UsageEvent::estimated)
                .texts("priceVersions", event -> ofCharge(event, UsageEvent.Charge::priceVersionId))
                .texts("admittedAt", event -> ofCharge(event, UsageEvent.Charge::admittedAt))
                .numbers(
                        "costs",
                        event -> event.charge() == null
                                ? 0
                                : event.charge().cost().nanos());
        CostAttributionRow.columns(rows, UsageEvent::attribution);
        MeasuredUsageRow.columns(rows, UsageEvent::usage);
        return Set.copyOf(jdbc.sql(INSERT)
                .params(rows.parameters())
                .query((row, number) -> row.getString("request_id"))
                .list());
    }

    private static @Nullable Object ofCharge(UsageEvent event, Function<UsageEvent.Charge, Object> part) {
        UsageEvent.Charge charge = event.charge();
        return charge == null ? null : part.apply(charge);
    }
}
