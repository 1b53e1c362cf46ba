/**
 * How much may be spent: amounts of money or tokens, in all, a day or a month, of a key, a project or a tenant.
 *
 * <p>Tokens are those of prompts, cached ones included, and of answers. Days and months are the calendar's in the tenant's time zone.
 *
 * <p><b>Owns</b>: budgets, and the sums settled in each of their periods. <b>Does not own</b>: what is reserved, which is what the ledger's
 * open reservations hold; usage; rates per minute.
 *
 * <p><b>Invariants</b>
 *
 * <ul>
 *   <li>Settled and reserved together never pass a hard budget: whoever reserves, at admission or in a further tranche, holds the
 *       period's row while it reads both.
 *   <li>Settled is the sum of the usage that was admitted in the period, also of what was used before the budget was set.
 *   <li>A shadow budget counts and refuses nothing.
 *   <li>Periods are locked in one order, by budget id, so that nobody waits in a circle.
 *   <li>A tenant's budgets change while none of its requests is being admitted or settled.
 * </ul>
 *
 * <p>One case passes a hard budget by intent, since tokens that were computed are owed: a limit that is lowered below what is settled.
 *
 * <p><b>Times</b>: a request counts in the period of its admission, by the database's {@code billing.clock()}, whenever it grows or ends.
 */
@NullMarked
package dev.perigee.billing.budget;

import org.jspecify.annotations.NullMarked;
