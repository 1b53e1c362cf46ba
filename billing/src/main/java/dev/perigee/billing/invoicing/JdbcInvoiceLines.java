package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Computes an invoice's lines from usage and prices, and takes the usage that a new document bills. */
final class JdbcInvoiceLines {

    /** What no invoice bills yet, up to the end of the month. */
    private static final String UNBILLED = """
            u.tenant_id = :tenant AND u.occurred_at < :end AND NOT u.refused
                AND NOT EXISTS (SELECT FROM billing.invoiced_usage b WHERE b.request_id = u.request_id)""";

    private static final String BILLED =
            "u.request_id IN (SELECT b.request_id FROM billing.invoiced_usage b WHERE b.invoice_id = :invoice)";

    private static final String SUMS = """
            SELECT to_char(u.occurred_at AT TIME ZONE :zone, 'YYYY-MM') AS month, u.model, v.id AS price_version_id,
                v.effective_from, v.input_nanos, v.cached_input_nanos, v.output_nanos,
                sum(u.uncached_input_tokens) AS input, sum(u.cached_input_tokens) AS cached_input,
                sum(u.output_tokens) AS output, sum(u.reasoning_tokens) AS reasoning
            FROM billing.usage u JOIN billing.price_book_version v ON v.id = u.price_version_id
            WHERE %s
            GROUP BY month, u.model, v.id
            ORDER BY month, u.model COLLATE "C", v.effective_from, v.id""";

    private final JdbcClient jdbc;

    JdbcInvoiceLines(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The lines of a draft as they would be now, or of a document as they were. */
    List<InvoiceLine> of(InvoiceRow invoice) {
        JdbcClient.StatementSpec statement = invoice.issue() == null
                ? unbilled(jdbc.sql(SUMS.formatted(UNBILLED)), invoice)
                : jdbc.sql(SUMS.formatted(BILLED)).param("invoice", invoice.id());
        return statement
                .param("zone", invoice.timeZone())
                .query((row, number) -> lines(row, invoice.currency()))
                .list()
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    /** The lines of what one model used in one month at one price. */
    private static List<InvoiceLine> lines(ResultSet row, Currency currency) throws SQLException {
        List<InvoiceLine> lines = new ArrayList<>();
        for (InvoicePart part : InvoicePart.values()) {
            long tokens = row.getBigDecimal(part.word()).longValueExact();
            if (tokens > 0) {
                lines.add(new InvoiceLine(
                        YearMonth.parse(row.getString("month")),
                        row.getString("model"),
                        row.getObject("price_version_id", UUID.class),
                        part,
                        tokens,
                        new Money(row.getLong(priceColumn(part)), currency)));
            }
        }
        return lines;
    }

    private static String priceColumn(InvoicePart part) {
        return switch (part) {
            case INPUT -> "input_nanos";
            case CACHED_INPUT -> "cached_input_nanos";
            case OUTPUT, REASONING -> "output_nanos";
        };
    }

    /** Lets this invoice bill what no other one does. */
    void take(InvoiceRow invoice) {
        unbilled(jdbc.sql("""
                        INSERT INTO billing.invoiced_usage (request_id, invoice_id)
                        SELECT u.request_id, :invoice FROM billing.usage u WHERE\s""" + UNBILLED), invoice)
                .param("invoice", invoice.id())
                .update();
    }

    private static JdbcClient.StatementSpec unbilled(JdbcClient.StatementSpec statement, InvoiceRow invoice) {
        return statement
                .param("tenant", invoice.tenantId())
                .param("end", invoice.endsAt().atOffset(ZoneOffset.UTC));
    }
}
