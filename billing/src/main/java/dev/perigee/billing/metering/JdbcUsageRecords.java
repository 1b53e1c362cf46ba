package dev.perigee.billing.metering;

import java.sql.Types;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The usage rows in PostgreSQL, append-only but for an estimate, which is corrected once. */
public final class JdbcUsageRecords {

    private static final String INSERT = """
            INSERT INTO billing.usage AS u (request_id, tenant_id, project_id, api_key_id, end_user_hash, model, outcome, refused,
                uncached_input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
                price_version_id, currency, cost_nanos, occurred_at, model_sha256, estimated)
            VALUES (:id, :tenant, :project, :apiKey, :endUser, :model, :outcome, :refused,
                :uncachedInput, :cachedInput, :output, :reasoning,
                :priceVersion, :currency, :cost, coalesce(:admittedAt, billing.clock()),
                (SELECT r.model_sha256 FROM billing.reservation r WHERE r.request_id = :id), :estimated)
            ON CONFLICT (request_id) DO UPDATE SET outcome = excluded.outcome,
                uncached_input_tokens = excluded.uncached_input_tokens, cached_input_tokens = excluded.cached_input_tokens,
                output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
                cost_nanos = excluded.cost_nanos, recorded_at = billing.clock(), estimated = false
            WHERE u.estimated AND NOT excluded.estimated""";

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
        UsageEvent.Charge charge = event.charge();
        MeasuredUsage usage = event.usage();
        return jdbc.sql(INSERT)
                        .param("id", event.requestId())
                        .params(CostAttributionRow.parameters(event.attribution()))
                        .param("model", event.model())
                        .param("outcome", event.outcome().word())
                        .param("refused", event.outcome().refusal())
                        .param("uncachedInput", usage.uncachedInput())
                        .param("cachedInput", usage.cachedInput())
                        .param("output", usage.output())
                        .param("reasoning", usage.reasoning())
                        .param("estimated", event.estimated())
                        .param("priceVersion", charge == null ? null : charge.priceVersionId(), Types.OTHER)
                        .param("cost", charge == null ? 0 : charge.cost().nanos())
                        .param(
                                "admittedAt",
                                charge == null ? null : charge.admittedAt().atOffset(ZoneOffset.UTC),
                                Types.TIMESTAMP_WITH_TIMEZONE)
                        .update()
                == 1;
    }
}
