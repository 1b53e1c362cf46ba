package dev.perigee.platform.quota;

import dev.perigee.billing.metering.LimitScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Limits and what is used of them, as stored.
 *
 * @param scope whose limits
 * @param id which key, project or tenant
 * @param quota the limits
 * @param requests the rate of requests, or {@code null} where it has no limit
 * @param tokens the rate of tokens, or {@code null} where it has no limit
 * @param drainedAt the moment that the backlogs are of
 */
record QuotaRow(
        LimitScope scope,
        UUID id,
        Quota quota,
        @Nullable Gcra requests,
        @Nullable Gcra tokens,
        Instant drainedAt) {

    /** The row in a result of {@code platform.quota}. */
    static QuotaRow read(ResultSet row, int number) throws SQLException {
        Quota quota = new Quota(
                row.getObject("requests_per_minute", Long.class),
                row.getObject("tokens_per_minute", Long.class),
                row.getObject("concurrent_requests", Long.class));
        return new QuotaRow(
                LimitScope.ofWord(row.getString("scope")),
                row.getObject("scope_id", UUID.class),
                quota,
                rate(quota.requestsPerMinute(), row.getLong("requests_backlog")),
                rate(quota.tokensPerMinute(), row.getLong("tokens_backlog")),
                row.getObject("drained_at", OffsetDateTime.class).toInstant());
    }

    private static @Nullable Gcra rate(@Nullable Long limit, long backlog) {
        return limit == null ? null : new Gcra(limit, backlog);
    }

    /** The same at this moment; an earlier one changes nothing. */
    QuotaRow at(Instant now) {
        if (!now.isAfter(drainedAt)) {
            return this;
        }
        Duration passed = Duration.between(drainedAt, now);
        return new QuotaRow(
                scope,
                id,
                quota,
                requests == null ? null : requests.after(passed),
                tokens == null ? null : tokens.after(passed),
                now);
    }

    /** The same after so much was used. */
    QuotaRow with(long moreRequests, long moreTokens) {
        return new QuotaRow(
                scope,
                id,
                quota,
                requests == null ? null : requests.with(moreRequests),
                tokens == null ? null : tokens.with(moreTokens),
                drainedAt);
    }

    /** The rate that has no room, requests before tokens; nothing where both have. */
    @Nullable
    ExhaustedQuota exhaustedBy(long promptTokens) {
        if (requests != null && !requests.admits(1)) {
            return exhausted(QuotaMeasure.REQUESTS_PER_MINUTE, requests, 1);
        }
        if (tokens != null && !tokens.admits(promptTokens)) {
            return exhausted(QuotaMeasure.TOKENS_PER_MINUTE, tokens, promptTokens);
        }
        return null;
    }

    private ExhaustedQuota exhausted(QuotaMeasure measure, Gcra rate, long asked) {
        return new ExhaustedQuota(
                scope,
                measure,
                new ExhaustedQuota.Counters(rate.limit(), rate.used(), asked),
                drainedAt,
                asked > rate.limit() ? null : rate.untilAdmits(asked));
    }

    /** Where the limited rates stand. */
    List<RateStanding> standings() {
        List<RateStanding> standings = new ArrayList<>();
        if (requests != null) {
            standings.add(standing(QuotaMeasure.REQUESTS_PER_MINUTE, requests));
        }
        if (tokens != null) {
            standings.add(standing(QuotaMeasure.TOKENS_PER_MINUTE, tokens));
        }
        return standings;
    }

    private RateStanding standing(QuotaMeasure measure, Gcra rate) {
        return new RateStanding(measure, rate.limit(), rate.remaining(), rate.untilFull(), drainedAt);
    }
}
