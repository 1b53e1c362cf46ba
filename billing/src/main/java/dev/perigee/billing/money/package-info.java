/**
 * Amounts of money.
 *
 * <p><b>Owns</b>: the one representation of an amount, whole nano-units of a currency. <b>Does not own</b>: how an amount is shown or sent.
 *
 * <p><b>Invariants</b>: integers only, no floating point anywhere; a result that does not fit fails, it never wraps; amounts of different
 * currencies are never combined.
 */
@NullMarked
package dev.perigee.billing.money;

import org.jspecify.annotations.NullMarked;
