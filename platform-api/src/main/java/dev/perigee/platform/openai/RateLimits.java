package dev.perigee.platform.openai;

import dev.perigee.platform.quota.ExhaustedQuota;
import dev.perigee.platform.quota.QuotaMeasure;
import dev.perigee.platform.web.LimitNotice;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import java.time.Duration;
import tools.jackson.databind.node.JsonNodeFactory;

/** How OpenAI tells that a rate is exhausted. */
final class RateLimits {

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RateLimits() {}

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
