package dev.perigee.platform.quota;

import java.time.Duration;

/**
 * Where a rate stands.
 *
 * @param measure requests or tokens per minute
 * @param limit the minute's limit
 * @param remaining how many are left at this moment
 * @param reset when all of them are, if none is used meanwhile
 */
public record RateStanding(QuotaMeasure measure, long limit, long remaining, Duration reset) {}
