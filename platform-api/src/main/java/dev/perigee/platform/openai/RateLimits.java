package dev.perigee.platform.openai;

import dev.perigee.platform.quota.ExhaustedQuota;
import dev.perigee.platform.quota.QuotaMeasure;
import dev.perigee.platform.quota.RateStanding;
import dev.perigee.platform.web.LimitNotice;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/** How OpenAI tells rates: the headers {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}} and the refusal. */
final class RateLimits {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RateLimits() {}

    /** Sets the headers of these rates; a rate without a limit has none. */
    static void tell(List<RateStanding> rates, HttpServletResponse response) {
        for (RateStanding rate : rates) {
            String name = rate.measure() == QuotaMeasure.REQUESTS_PER_MINUTE ? "requests" : "tokens";
            response.setHeader("x-ratelimit-limit-" + name, Long.toString(rate.limit()));
            response.setHeader("x-ratelimit-remaining-" + name, Long.toString(rate.remaining()));
            response.setHeader("x-ratelimit-reset-" + name, span(rate.reset()));
        }
    }

    /** A time as OpenAI writes it: {@code 250ms}, {@code 8.64s}, {@code 6m0s}, {@code 1h0m3s}; parts of a millisecond count whole. */
    static String span(Duration time) {
        long millis = Math.ceilDiv(time.toNanos(), 1_000_000L);
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 60_000) {
            long rest = millis % 1_000;
            return millis / 1_000 + (rest == 0 ? "" : (".%03d".formatted(rest)).replaceAll("0+$", "")) + "s";
        }
        long seconds = Math.ceilDiv(millis, 1_000L);
        String minutes = seconds / 60 % 60 + "m" + seconds % 60 + "s";
        return seconds < 3_600 ? minutes : seconds / 3_600 + "h" + minutes;
    }

    /** The refusal, with whole seconds to wait. */
    static Problem refused(ExhaustedQuota exhausted, String message) {
        Duration retryAfter = exhausted.retryAfter();
        Problem problem = Problem.of(ProblemKind.RATE_LIMITED, "rate_limit_exceeded", message)
                .because(notice(exhausted));
        if (exhausted.tooLarge()) {
            return problem;
        }
        return problem.retryAfter(
                retryAfter == null ? PAUSE : Duration.ofSeconds(Math.ceilDiv(retryAfter.toNanos(), 1_000_000_000L)));
    }

    private static LimitNotice notice(ExhaustedQuota exhausted) {
        ExhaustedQuota.Counters counters = exhausted.counters();
        boolean concurrent = exhausted.measure() == QuotaMeasure.CONCURRENT_REQUESTS;
        return new LimitNotice(
                exhausted.scope().word() + "." + exhausted.measure().word(),
                exhausted.tooLarge() ? "larger_than_limit" : "limit_exhausted",
                remedy(exhausted),
                new LimitNotice.Counters(
                        NODES.numberNode(counters.limit()),
                        NODES.numberNode(concurrent ? 0 : counters.used()),
                        NODES.numberNode(concurrent ? counters.used() : 0)),
                exhausted.resetsAt(),
                !exhausted.tooLarge());
    }

    private static String remedy(ExhaustedQuota exhausted) {
        if (exhausted.tooLarge()) {
            return "Shorten the request, or have an administrator raise the limit.";
        }
        return exhausted.measure() == QuotaMeasure.CONCURRENT_REQUESTS
                ? "Wait until a running request ends."
                : "Wait as long as Retry-After says.";
    }
}
