/**
 * How what several callers want at the same time is written in one go.
 *
 * <p><b>Owns</b>: who writes for whom, and the form of statements about many rows. <b>Does not own</b>: what is written.
 *
 * <p><b>Invariants</b>: everybody's answer comes after the commit; nobody fails for another's fault.
 */
@NullMarked
package dev.perigee.billing.batch;

import org.jspecify.annotations.NullMarked;
