/**
 * Invoices: what a tenant owes for a month, as a document that never changes.
 *
 * <p>A draft shows what no invoice has billed yet up to the end of its month. Issuing it takes those requests, gives the next number and keeps the
 * document. Whatever was settled later for an earlier month comes on the next invoice, on lines that name their month. Mistakes are mended by
 * credit notes.
 *
 * <p><b>Owns</b>: {@code billing.invoice}, its numbers, and which invoice bills a request. <b>Does not own</b>: usage, prices, payment, taxes.
 *
 * <p><b>Invariants</b>
 *
 * <ul>
 *   <li>A request is billed once. The exact sum of an invoice is the sum of its requests' costs, to the nano-unit.
 *   <li>Each line is rounded once, half to even, to the currency's smallest coin; what that gave or took is posted to the rounding account, so that the
 *       month's receivable comes to zero.
 *   <li>Numbers of a kind begin at 1 and have no gap. An issued document never changes; computing it again gives the same bytes.
 *   <li>A month is issued after it has ended in the tenant's time zone and when none of its requests is open.
 *   <li>Credit notes never exceed their invoice.
 * </ul>
 *
 * <p><b>Times</b>: a request belongs to the month of its admission; documents are dated by {@code billing.clock()}.
 */
@NullMarked
package dev.perigee.billing.invoicing;

import org.jspecify.annotations.NullMarked;
