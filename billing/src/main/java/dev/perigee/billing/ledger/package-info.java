/**
 * What is held and what is owed.
 *
 * <p><b>Owns</b>: reservations; accounts, transactions and entries (double entry, append-only). <b>Does not own</b>: why an amount is held
 * or owed.
 *
 * <p><b>Invariants</b>
 *
 * <ul>
 *   <li>A reservation goes from reserved to exactly one of settled, released or expired, once, by a conditional update that only its process
 *       makes; PostgreSQL refuses every other change. Where its process died it is estimated in between, and still held.
 *   <li>A process holds under an epoch. Once it was taken for dead the epoch is over: it can hold no more under that, and end each
 *       reservation once.
 *   <li>What a reservation holds only grows while it is reserved; what is recorded and posted of a request is never more than that.
 *       PostgreSQL enforces both.
 *   <li>A hold is not a posting: it lives in its reservation only. What is posted is owed.
 *   <li>The entries of a transaction come in one statement and sum to zero; entries and transactions are never changed or deleted.
 *       PostgreSQL enforces both.
 *   <li>A transaction's id is derived from the billable fact, so that the same fact cannot be posted twice.
 *   <li>An account has one currency, and a tenant's accounts have the same.
 * </ul>
 *
 * <p><b>Times</b>: {@code reserved_at} and {@code resolved_at} of a reservation and {@code posted_at} of a transaction are the database's
 * clock at the beginning of the writing transaction. A process is dead when its lease has ended by that same clock and
 * a grace has passed.
 */
@NullMarked
package dev.perigee.billing.ledger;

import org.jspecify.annotations.NullMarked;
