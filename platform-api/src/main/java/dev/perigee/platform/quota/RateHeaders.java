package dev.perigee.platform.quota;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Tells rates in the headers that clients look for: OpenAI's {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}} and Anthropic's
 * {@code anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}}. A rate without a limit has none.
 *
 * <p>Both say when all of it is back if nothing is used meanwhile, OpenAI as a span of time, Anthropic as a moment. A limit of tokens counts
 * prompt and answer together, so that Anthropic's three kinds of tokens all stand where that one limit stands.
 */
public final class RateHeaders {

    private static final List<String> REQUESTS = List.of("requests");
    private static final List<String> TOKENS = List.of("tokens", "input-tokens", "output-tokens");

    private RateHeaders() {}

    /** Sets the headers of these rates. */
    public static void tell(List<RateStanding> rates, HttpServletResponse response) {
        for (RateStanding rate : rates) {
            List<String> kinds = switch (rate.measure()) {
                case REQUESTS_PER_MINUTE -> REQUESTS;
                case TOKENS_PER_MINUTE -> TOKENS;
                case CONCURRENT_REQUESTS -> List.of();
            };
            if (!kinds.isEmpty()) {
                tellOpenAi(rate, kinds.getFirst(), response);
            }
            kinds.forEach(kind -> tellAnthropic(rate, kind, response));
        }
    }

    private static void tellOpenAi(RateStanding rate, String kind, HttpServletResponse response) {
        response.setHeader("x-ratelimit-limit-" + kind, Long.toString(rate.limit()));
        response.setHeader("x-ratelimit-remaining-" + kind, Long.toString(rate.remaining()));
        response.setHeader("x-ratelimit-reset-" + kind, span(rate.reset()));
    }

    private static void tellAnthropic(RateStanding rate, String kind, HttpServletResponse response) {
        String name = "anthropic-ratelimit-" + kind;
        response.setHeader(name + "-limit", Long.toString(rate.limit()));
        response.setHeader(name + "-remaining", Long.toString(rate.remaining()));
        response.setHeader(name + "-reset", moment(rate.at().plus(rate.reset())));
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

    /** A moment as Anthropic writes it, RFC 3339 in whole seconds; parts of a second count whole. */
    static String moment(Instant time) {
        Instant seconds = time.truncatedTo(ChronoUnit.SECONDS);
        return (seconds.equals(time) ? seconds : seconds.plusSeconds(1)).toString();
    }
}
