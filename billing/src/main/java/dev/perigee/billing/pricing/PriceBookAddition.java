package dev.perigee.billing.pricing;

import java.time.Instant;
import java.util.Currency;
import java.util.UUID;

/** What became of {@link PriceBooks#addVersion}, in order of precedence. */
public sealed interface PriceBookAddition {

    /** There is no book with this id. */
    record UnknownPriceBook(UUID priceBookId) implements PriceBookAddition {}

    /** The book has another currency. */
    record OtherCurrency(Currency currency) implements PriceBookAddition {}

    /** The book has a version with exactly this date, and a version is never replaced. */
    record DateTaken(Instant effectiveFrom) implements PriceBookAddition {}

    /** The book with its new version. */
    record Added(PriceBook priceBook, PriceBookVersion version) implements PriceBookAddition {}
}
