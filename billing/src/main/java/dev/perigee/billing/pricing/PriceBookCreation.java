package dev.perigee.billing.pricing;

/** What became of {@link PriceBooks#create}. */
public sealed interface PriceBookCreation {

    /** The new book, with its one version. */
    record Created(PriceBook priceBook) implements PriceBookCreation {}

    /** The book that the model has in this currency already; it is unchanged. */
    record AlreadyExists(PriceBook priceBook) implements PriceBookCreation {}
}
