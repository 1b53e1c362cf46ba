/**
 * The facade: admit and hold, settle, refuse; and the reports over what was recorded.
 *
 * <p><b>Owns</b>: the order in which prices, reservations, usage rows and postings are written, and that they are written together; that
 * budgets are asked before anything is held.
 * It also settles what a process left behind, and compares what was counted, recorded and posted. <b>Does not own</b>: counting tokens; deciding rates or whether a model is served.
 *
 * <p><b>Invariants</b>: a request has a slot in the journal before anything is held for it and until it is settled, so that a killed process's
 * requests are billed for the tokens counted ({@code interrupted}), or released where there is none; where the journal is not found before the
 * process counts as dead, by its last checkpoint (an estimate, corrected once by the journal or given up by an administrator); a request is admitted once and recorded at most once; a settled request's usage row, reservation and posting commit
 * together or not at all; recorded cost is tokens times the price of the version in force at admission; expected refusals are sealed
 * outcomes, an exception means a bug or a lost database.
 *
 * <p><b>Times</b>: a request counts to the moment of its admission, whenever it ends. Reports take moments and a time zone for their days.
 */
@NullMarked
package dev.perigee.billing.charging;

import org.jspecify.annotations.NullMarked;
