package dev.perigee.billing.pricing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Currency;
import java.util.UUID;

/** How a price version is read from a statement over {@link #TABLES} that selects {@link #COLUMNS}. */
public final class PriceBookVersionRow {

    /** The tables that hold a version, as {@code v}, and its book, as {@code b}. */
    public static final String TABLES =
            "billing.price_book_version v JOIN billing.price_book b ON b.id = v.price_book_id";

    /** What to select. */
    public static final String COLUMNS = """
            v.id AS version_id, b.id AS book_id, b.currency AS price_currency, v.input_nanos, v.cached_input_nanos,
            v.output_nanos, v.effective_from, v.created_at AS version_created_at""";

    private PriceBookVersionRow() {}

    /** The version in the current row. */
    public static PriceBookVersion read(ResultSet row) throws SQLException {
        Rate rate = new Rate(
                Currency.getInstance(row.getString("price_currency")),
                row.getLong("input_nanos"),
                row.getLong("cached_input_nanos"),
                row.getLong("output_nanos"));
        return new PriceBookVersion(
                row.getObject("version_id", UUID.class),
                row.getObject("book_id", UUID.class),
                rate,
                row.getObject("effective_from", OffsetDateTime.class).toInstant(),
                row.getObject("version_created_at", OffsetDateTime.class).toInstant());
    }
}
