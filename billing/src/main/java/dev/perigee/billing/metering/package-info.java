/**
 * What was measured: who a request belongs to, how many tokens it took, how it ended.
 *
 * <p><b>Owns</b>: the mapped journal of running requests; the usage rows, one a request; beside them, the counts of whoever computed the
 * tokens. <b>Does not own</b>: prices; the count itself.
 *
 * <p><b>Invariants</b>: a token is in the journal before anybody can see it, and the journal outlives a killed process; token counts are
 * disjoint parts, whole and never negative; a usage row is written once and never changed or deleted
 * (PostgreSQL refuses it), but for an estimate, which is corrected once; at most one row a request id.
 *
 * <p><b>Times</b>: {@code occurred_at} is when the request was admitted or refused, by the database's clock: the day that it counts to.
 * {@code recorded_at} is when the row was written.
 */
@NullMarked
package dev.perigee.billing.metering;

import org.jspecify.annotations.NullMarked;
