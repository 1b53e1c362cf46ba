package dev.perigee.billing.pricing;

import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The price books of the platform.
 *
 * <p>Threads: safe; every answer comes from the database. Errors: {@link org.springframework.dao.DataAccessException} where it is away.
 */
public interface PriceBooks {

    /** Most characters of a model's name. */
    int MAX_MODEL_LENGTH = 200;

    /**
     * Opens a book for a model and a currency with its first version.
     *
     * @param model the served model's name
     * @param rate the first version's prices
     * @param effectiveFrom first moment at which the prices are in force, or {@code null} for now
     * @return {@link PriceBookCreation.Created} or, where the model has a book in this currency, {@link PriceBookCreation.AlreadyExists}
     */
    PriceBookCreation create(String model, Rate rate, @Nullable Instant effectiveFrom);

    /**
     * Adds a version to a book.
     *
     * @param effectiveFrom first moment at which the prices are in force, or {@code null} for now
     * @return the first that applies of {@link PriceBookAddition.UnknownPriceBook}, {@link PriceBookAddition.OtherCurrency},
     *     {@link PriceBookAddition.DateTaken}, {@link PriceBookAddition.Added}
     */
    PriceBookAddition addVersion(UUID priceBookId, Rate rate, @Nullable Instant effectiveFrom);

    /**
     * Gives a model a price if it has no book in this currency yet; changes nothing otherwise. May be called at every start.
     *
     * @return the model's book
     */
    PriceBook ensure(String model, Rate rate);

    /** The version of this model and currency that is in force now, by the database's clock. */
    Optional<PriceBookVersion> inForce(String model, Currency currency);

    /** The book with this id. */
    Optional<PriceBook> find(UUID priceBookId);

    /** All books, by model and currency. */
    List<PriceBook> list();
}
