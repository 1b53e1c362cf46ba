package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invoice as the database has it: what its document is computed from.
 *
 * @param endsAt the first moment behind its month
 */
record InvoiceRow(
        UUID id,
        InvoiceKind kind,
        UUID tenantId,
        YearMonth month,
        String timeZone,
        Currency currency,
        Instant endsAt,
        Invoice.@Nullable Correction correction,
        Invoice.@Nullable Issue issue) {

    static final String SELECT = """
            SELECT i.id, i.kind, i.tenant_id, i.month, i.time_zone, i.currency, i.ends_at, i.corrects, i.number, i.issued_at,
                i.billed_to, i.credited_nanos, i.reason
            FROM billing.invoice i
            """;

    static InvoiceRow read(ResultSet row, int index) throws SQLException {
        Currency currency = Currency.getInstance(row.getString("currency"));
        return new InvoiceRow(
                row.getObject("id", UUID.class),
                InvoiceKind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                row.getObject("tenant_id", UUID.class),
                YearMonth.parse(row.getString("month")),
                row.getString("time_zone"),
                currency,
                row.getObject("ends_at", OffsetDateTime.class).toInstant(),
                correction(row, currency),
                issue(row));
    }

    private static Invoice.@Nullable Correction correction(ResultSet row, Currency currency) throws SQLException {
        @Nullable UUID corrects = row.getObject("corrects", UUID.class);
        return corrects == null
                ? null
                : new Invoice.Correction(
                        corrects, new Money(row.getLong("credited_nanos"), currency), row.getString("reason"));
    }

    private static Invoice.@Nullable Issue issue(ResultSet row) throws SQLException {
        @Nullable OffsetDateTime at = row.getObject("issued_at", OffsetDateTime.class);
        return at == null ? null : new Invoice.Issue(row.getLong("number"), at.toInstant(), row.getString("billed_to"));
    }

    /** The invoice with these lines. */
    Invoice with(List<InvoiceLine> lines) {
        return new Invoice(id, kind, tenantId, month, timeZone, currency, lines, correction, issue);
    }

    /** The same, issued. */
    InvoiceRow issued(Invoice.Issue given) {
        return new InvoiceRow(id, kind, tenantId, month, timeZone, currency, endsAt, correction, given);
    }
}
