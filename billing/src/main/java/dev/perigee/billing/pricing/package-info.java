/**
 * What a token costs.
 *
 * <p><b>Owns</b>: price books (one a model and currency) and their dated versions. <b>Does not own</b>: the choice of a tenant's currency;
 * which models are served.
 *
 * <p><b>Invariants</b>: a version is never changed or deleted (PostgreSQL refuses it); prices have at most three decimals per million
 * tokens, so that a token costs whole nano-units and no charge is ever rounded; a model without a price in force is refused, never free by
 * accident.
 *
 * <p><b>Times</b>: {@code effectiveFrom} is the first moment at which a version is in force, by the database's clock; {@code createdAt} is
 * when it was added. A request's price is fixed at its admission: a version that is dated back changes only requests admitted after it was
 * added.
 */
@NullMarked
package dev.perigee.billing.pricing;

import org.jspecify.annotations.NullMarked;
