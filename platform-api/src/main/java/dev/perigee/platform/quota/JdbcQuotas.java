package dev.perigee.platform.quota;

import dev.perigee.billing.metering.LimitScope;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Quotas over PostgreSQL, one transaction a call.
 *
 * <p>A decision locks the caller's rows, reads the clock, decides, writes. Callers without any limit lock nothing.
 */
final class JdbcQuotas implements Quotas {

    /** The words sort as the scopes do, so that locks are taken from the narrowest on. */
    private static final String LOCK = """
            SELECT * FROM platform.quota
            WHERE (scope, scope_id) IN (('api_key', :apiKey), ('project', :project), ('tenant', :tenant))
            ORDER BY scope FOR UPDATE""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final RunningRequests running;

    JdbcQuotas(JdbcClient jdbc, PlatformTransactionManager transactions, RunningRequests running) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.running = running;
    }

    @Override
    public Quota find(LimitScope scope, UUID id) {
        return jdbc.sql("SELECT * FROM platform.quota WHERE scope = :scope AND scope_id = :id")
                .param("scope", scope.word())
                .param("id", id)
                .query(QuotaRow::read)
                .optional()
                .map(QuotaRow::quota)
                .orElse(Quota.UNLIMITED);
    }

    @Override
    public void set(LimitScope scope, UUID id, Quota quota) {
        transaction.executeWithoutResult(status -> {
            settleTo(scope, id);
            jdbc.sql("""
                            INSERT INTO platform.quota
                                (scope, scope_id, requests_per_minute, tokens_per_minute, concurrent_requests)
                            VALUES (:scope, :id, :requests, :tokens, :concurrent)
                            ON CONFLICT (scope, scope_id) DO UPDATE SET requests_per_minute = excluded.requests_per_minute,
                                tokens_per_minute = excluded.tokens_per_minute,
                                concurrent_requests = excluded.concurrent_requests""")
                    .param("scope", scope.word())
                    .param("id", id)
                    .param("requests", quota.requestsPerMinute(), Types.BIGINT)
                    .param("tokens", quota.tokensPerMinute(), Types.BIGINT)
                    .param("concurrent", quota.concurrentRequests(), Types.BIGINT)
                    .update();
        });
    }

    /** What has come back until now came back at the old rate. */
    private void settleTo(LimitScope scope, UUID id) {
        jdbc.sql("SELECT * FROM platform.quota WHERE scope = :scope AND scope_id = :id FOR UPDATE")
                .param("scope", scope.word())
                .param("id", id)
                .query(QuotaRow::read)
                .optional()
                .ifPresent(row -> write(row.at(clock())));
    }

    @Override
    public QuotaDecision admit(QuotaClaim claim) {
        return Objects.requireNonNull(transaction.execute(status -> {
            List<QuotaRow> rows = lock(claim);
            if (rows.isEmpty()) {
                return new QuotaDecision.Admitted(List.of());
            }
            ExhaustedQuota exhausted = firstExhausted(rows, claim);
            return exhausted == null
                    ? new QuotaDecision.Admitted(standings(use(rows, claim)))
                    : new QuotaDecision.Refused(exhausted, standings(rows));
        }));
    }

    private List<QuotaRow> lock(QuotaClaim claim) {
        List<QuotaRow> rows = jdbc.sql(LOCK)
                .params(parameters(claim.caller()))
                .query(QuotaRow::read)
                .list();
        if (rows.isEmpty()) {
            return rows;
        }
        Instant now = clock();
        return rows.stream().map(row -> row.at(now)).toList();
    }

    private static Map<String, Object> parameters(QuotaClaim.Caller caller) {
        return Map.of("apiKey", caller.apiKeyId(), "project", caller.projectId(), "tenant", caller.tenantId());
    }

    private Instant clock() {
        return jdbc.sql("SELECT platform.clock()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private @Nullable ExhaustedQuota firstExhausted(List<QuotaRow> rows, QuotaClaim claim) {
        for (QuotaRow row : rows) {
            ExhaustedQuota exhausted = row.exhaustedBy(claim.promptTokens());
            if (exhausted == null) {
                exhausted = crowded(row);
            }
            if (exhausted != null) {
                return exhausted;
            }
        }
        return null;
    }

    private @Nullable ExhaustedQuota crowded(QuotaRow row) {
        Long limit = row.quota().concurrentRequests();
        if (limit == null) {
            return null;
        }
        long count = running.count(row.scope(), row.id());
        if (count < limit) {
            return null;
        }
        return new ExhaustedQuota(
                row.scope(),
                QuotaMeasure.CONCURRENT_REQUESTS,
                new ExhaustedQuota.Counters(limit, count, 1),
                row.drainedAt(),
                null);
    }

    private List<QuotaRow> use(List<QuotaRow> rows, QuotaClaim claim) {
        List<QuotaRow> used =
                rows.stream().map(row -> row.with(1, claim.promptTokens())).toList();
        used.forEach(this::write);
        if (rows.stream().anyMatch(row -> row.quota().concurrentRequests() != null)) {
            running.add(claim);
        }
        return used;
    }

    private void write(QuotaRow row) {
        Gcra requests = row.requests();
        Gcra tokens = row.tokens();
        jdbc.sql("""
                        UPDATE platform.quota SET requests_backlog = :requests, tokens_backlog = :tokens, drained_at = :at
                        WHERE scope = :scope AND scope_id = :id""")
                .param("requests", requests == null ? 0 : requests.backlog())
                .param("tokens", tokens == null ? 0 : tokens.backlog())
                .param("at", row.drainedAt().atOffset(ZoneOffset.UTC))
                .param("scope", row.scope().word())
                .param("id", row.id())
                .update();
    }

    private static List<RateStanding> standings(List<QuotaRow> rows) {
        List<RateStanding> all = new ArrayList<>();
        rows.forEach(row -> all.addAll(row.standings()));
        return all.stream()
                .map(RateStanding::measure)
                .distinct()
                .map(measure -> tightest(all, measure))
                .toList();
    }

    private static RateStanding tightest(List<RateStanding> standings, QuotaMeasure measure) {
        return standings.stream()
                .filter(standing -> standing.measure() == measure)
                .min(Comparator.comparingLong(RateStanding::remaining))
                .orElseThrow();
    }

    @Override
    public void produced(QuotaClaim claim, long outputTokens) {
        if (outputTokens > 0) {
            transaction.executeWithoutResult(status -> lock(claim).stream()
                    .filter(row -> row.tokens() != null)
                    .forEach(row -> write(row.with(0, outputTokens))));
        }
    }

    @Override
    public void ended(QuotaClaim claim) {
        running.remove(claim.requestId());
    }
}
