/**
 * What was measured: who a request belongs to, how many tokens it took, how it ended.
 *
 * <p><b>Owns</b>: the usage rows, one a request. <b>Does not own</b>: prices; the count itself, which comes from whoever computed the
 * tokens.
 *
 * <p><b>Invariants</b>: token counts are disjoint parts, whole and never negative; a usage row is written once and never changed or deleted
 * (PostgreSQL refuses it); at most one row a request id.
 *
 * <p><b>Times</b>: {@code occurred_at} is when the request was admitted or refused, by the database's clock: the day that it counts to.
 * {@code recorded_at} is when the row was written.
 */
@NullMarked
package dev.perigee.billing.metering;

import org.jspecify.annotations.NullMarked;
