package dev.perigee.billing.invoicing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** An invoice as CSV (RFC 4180): a row for each line, the rounded amounts sum to the total. */
public final class InvoiceCsv {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader(
                    "number",
                    "kind",
                    "period",
                    "model",
                    "price_version_id",
                    "part",
                    "tokens",
                    "price_per_million",
                    "exact",
                    "amount",
                    "currency")
            .get();

    private InvoiceCsv() {}

    /** UTF-8. */
    public static byte[] bytes(Invoice invoice) {
        StringBuilder out = new StringBuilder();
        try (CSVPrinter printer = new CSVPrinter(out, FORMAT)) {
            for (InvoiceLine line : invoice.lines()) {
                print(printer, invoice, line);
            }
            Invoice.Correction correction = invoice.correction();
            if (correction != null) {
                String amount = correction.amount().negated().amount();
                String code = invoice.currency().getCurrencyCode();
                printer.printRecord(
                        invoice.printedNumber(),
                        invoice.kind().word(),
                        invoice.month(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        amount,
                        amount,
                        code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringBuilder never throws it
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void print(CSVPrinter printer, Invoice invoice, InvoiceLine line) throws IOException {
        printer.printRecord(
                invoice.printedNumber(),
                invoice.kind().word(),
                line.month(),
                text(line.model()),
                line.priceVersionId(),
                line.part().word(),
                line.tokens(),
                line.pricePerToken().times(1_000_000).amount(),
                line.exact().amount(),
                line.rounded().amount(),
                invoice.currency().getCurrencyCode());
    }

    /** Spreadsheets take a cell that begins so for a formula. */
    private static String text(String value) {
        return value.isEmpty() || "=+-@\t\r".indexOf(value.charAt(0)) < 0 ? value : "'" + value;
    }
}
