package dev.perigee.platform.quota;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * The generic cell rate algorithm with a burst of one minute's limit, in whole numbers.
 *
 * <p>The algorithm keeps a theoretical arrival time and lets a cell in while that lies less than the burst ahead. Kept here is the same as a
 * backlog, arrival time = now + backlog / limit, which needs no division and so loses nothing, whatever the limit.
 *
 * <p>Units: a request or token is {@link #UNIT} of backlog; a microsecond drains as many units as the limit is a minute.
 *
 * <p>Invariants: over any span of t minutes, at most limit × (1 + t) are let in.
 *
 * @param limit so many a minute, from 1 to {@link Quota#MAX}
 * @param backlog what is used and has not come back
 */
record Gcra(long limit, long backlog) {

    /** Microseconds of a minute. */
    static final long UNIT = 60_000_000L;

    private static final long MOST = Long.MAX_VALUE / 4;

    /** What it is after this time. A clock that went back drains nothing. */
    Gcra after(Duration time) {
        long micros = Math.max(0, time.toNanos() / 1_000);
        boolean empty = micros > backlog / limit;
        return new Gcra(limit, empty ? 0 : backlog - limit * micros);
    }

    /** Whether there is room for so many. */
    boolean admits(long cost) {
        return cost <= limit && backlog <= (limit - cost) * UNIT;
    }

    /** After so many were used, whether there was room or not. */
    Gcra with(long cost) {
        return new Gcra(limit, Math.min(MOST, backlog + cost * UNIT));
    }

    /** How many are used, a part of one counted whole; may be more than the limit. */
    long used() {
        return Math.ceilDiv(backlog, UNIT);
    }

    /** How many there is room for. */
    long remaining() {
        return Math.max(0, limit - used());
    }

    /** When there is room for so many, which must not be more than the limit. */
    Duration untilAdmits(long cost) {
        return drains(backlog - (limit - cost) * UNIT);
    }

    /** When all of the limit is there. */
    Duration untilFull() {
        return drains(backlog);
    }

    private Duration drains(long units) {
        return Duration.of(Math.ceilDiv(Math.max(0, units), limit), ChronoUnit.MICROS);
    }
}
