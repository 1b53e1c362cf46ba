package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A document or a draft of one.
 *
 * @param month what it is for
 * @param timeZone where the month begins and ends
 * @param lines what it asks for; empty for a credit note
 * @param correction what a credit note takes back; null for an invoice
 * @param issue what makes it a document; null for a draft
 */
public record Invoice(
        UUID id,
        InvoiceKind kind,
        UUID tenantId,
        YearMonth month,
        String timeZone,
        Currency currency,
        List<InvoiceLine> lines,
        @Nullable Correction correction,
        @Nullable Issue issue) {

    public Invoice {
        lines = List.copyOf(lines);
    }

    /**
     * A credit note's matter.
     *
     * @param invoiceId the invoice that it corrects
     * @param amount what is taken back, above zero
     * @param reason why
     */
    public record Correction(UUID invoiceId, Money amount, String reason) {}

    /**
     * What a document has and a draft has not.
     *
     * @param number from 1 without gaps, by kind
     * @param at when it was issued
     * @param billedTo the tenant's name then
     */
    public record Issue(long number, Instant at, String billedTo) {}

    /** The sum of the lines to the nano-unit; what a credit note takes back is below zero. */
    public Money exactTotal() {
        return sum(lines.stream().map(InvoiceLine::exact).toList());
    }

    /** What is to be paid: the sum of the rounded lines. */
    public Money total() {
        return sum(lines.stream().map(InvoiceLine::rounded).toList());
    }

    /** What rounding added to the exact sum, or took from it. */
    public Money rounding() {
        return total().minus(exactTotal());
    }

    private Money sum(List<Money> amounts) {
        Money start =
                correction == null ? Money.zero(currency) : correction.amount().negated();
        return amounts.stream().reduce(start, Money::plus);
    }

    /** The number as it is printed, or null for a draft. */
    public @Nullable String printedNumber() {
        return issue == null ? null : kind.printed(issue.number());
    }
}
