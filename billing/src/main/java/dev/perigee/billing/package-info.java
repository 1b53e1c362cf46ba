/**
 * Metering, prices, ledger and reports. Knows no web, no engine and no message content; tenants, projects and keys are identifiers that it
 * never looks up.
 *
 * <p><b>Owns</b>: the schema {@code billing} of the database and everything in it. <b>Does not own</b>: who a tenant is, which currency it
 * has, what a request said.
 *
 * <p>Directions inside: {@code charging} over {@code budget}, {@code ledger}, {@code pricing} and {@code metering}; {@code budget} over
 * {@code pricing} and {@code metering}; all over {@code money} and {@code batch} (how what many want is written in one go); never upwards.
 */
@NullMarked
package dev.perigee.billing;

import org.jspecify.annotations.NullMarked;
