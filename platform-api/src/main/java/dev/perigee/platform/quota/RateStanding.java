package dev.perigee.platform.quota;

import java.time.Duration;
import java.time.Instant;

/**
 * Where a rate stands.
 *
 * @param measure requests or tokens per minute
 * @param limit the minute's limit
 * @param remaining how many are left at this moment
 * @param reset in how long all of them are, if none is used meanwhile
 * @param at this moment, by the database's clock
 */
public record RateStanding(QuotaMeasure measure, long limit, long remaining, Duration reset, Instant at) {}
