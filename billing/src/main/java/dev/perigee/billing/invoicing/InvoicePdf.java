package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/**
 * An invoice as PDF: A4 pages, a head and a table. The same invoice gives the same bytes.
 *
 * <p>Set in Liberation Sans, which has the Latin, Greek and Cyrillic letters; others are shown as a question mark.
 */
public final class InvoicePdf {

    private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
    private static final float LEFT = 56;
    private static final float TOP = 780;
    private static final float BOTTOM = 60;
    private static final float LEADING = 15;
    private static final float SMALL = 8.5f;
    private static final float LARGE = 18;
    private static final float[] COLUMNS = {0, 50, 240, 310, 375, 430};
    private static final float RIGHT = 483;
    private static final int FIRST_NUMBER = 3;

    private final PDDocument document = new PDDocument();
    private final Invoice invoice;
    private final PDFont font;

    private InvoicePdf(Invoice invoice) throws IOException {
        this.invoice = invoice;
        try (InputStream file = Objects.requireNonNull(PDDocument.class.getResourceAsStream(FONT), FONT)) {
            this.font = PDType0Font.load(document, file);
        }
    }

    /** The whole file. */
    public static byte[] bytes(Invoice invoice) {
        try {
            InvoicePdf pdf = new InvoicePdf(invoice);
            try (PDDocument document = pdf.document) {
                pdf.write();
                document.setDocumentId(invoice.id().getMostSignificantBits()); // else it is made of the time
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                document.save(out);
                return out.toByteArray();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write() throws IOException {
        List<List<String>> rows = rows();
        int next = 0;
        do {
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                float y = head(content, next == 0);
                while (next < rows.size() && y > BOTTOM) {
                    row(content, rows.get(next++), y);
                    y -= LEADING;
                }
            }
        } while (next < rows.size());
    }

    private float head(PDPageContentStream content, boolean first) throws IOException {
        String title = invoice.kind() == InvoiceKind.INVOICE ? "Invoice" : "Credit note";
        String number = Objects.requireNonNullElse(invoice.printedNumber(), "(draft)");
        text(content, LEFT, TOP, LARGE, title + " " + number);
        float y = TOP - 2 * LEADING;
        if (first) {
            for (String line : facts()) {
                text(content, LEFT, y, SMALL + 1, line);
                y -= LEADING;
            }
            y -= LEADING;
        }
        row(content, List.of("Period", "Model", "Tokens of", "Tokens", "per million", "Amount"), y);
        return y - LEADING;
    }

    private List<String> facts() {
        List<String> facts = new ArrayList<>();
        Invoice.Issue issue = invoice.issue();
        if (issue != null) {
            facts.add("Billed to: " + issue.billedTo());
            facts.add("Issued: " + issue.at());
        }
        facts.add("Tenant: " + invoice.tenantId());
        facts.add("Period: " + invoice.month() + " (" + invoice.timeZone() + ")");
        Invoice.Correction correction = invoice.correction();
        if (correction != null) {
            facts.add("Corrects: " + correction.invoiceId());
            facts.add("Reason: " + correction.reason());
        }
        return facts;
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (InvoiceLine line : invoice.lines()) {
            rows.add(List.of(
                    line.month().toString(),
                    line.model(),
                    line.part().word().replace('_', ' '),
                    Long.toString(line.tokens()),
                    line.pricePerToken().times(1_000_000).amount(),
                    coins(line.rounded())));
        }
        rows.add(List.of(
                "",
                "",
                "",
                "",
                "Total",
                coins(invoice.total()) + " " + invoice.total().currencyCode()));
        return rows;
    }

    /** With all decimals of the currency, as people write it. */
    private static String coins(Money amount) {
        int decimals = Math.max(0, amount.currency().getDefaultFractionDigits());
        return new BigDecimal(amount.amount()).setScale(decimals).toPlainString();
    }

    /** Texts stand at the left of their column, numbers at its right. */
    private void row(PDPageContentStream content, List<String> cells, float y) throws IOException {
        for (int i = 0; i < cells.size(); i++) {
            float end = i + 1 < COLUMNS.length ? COLUMNS[i + 1] : RIGHT;
            String text = i < FIRST_NUMBER ? fitting(cells.get(i), end - COLUMNS[i] - 4) : cells.get(i);
            float x = i < FIRST_NUMBER ? COLUMNS[i] : end - width(text);
            text(content, LEFT + x, y, SMALL, text);
        }
    }

    private float width(String text) throws IOException {
        return font.getStringWidth(known(text)) / 1000 * SMALL;
    }

    private String fitting(String cell, float width) throws IOException {
        String text = known(cell);
        while (width(text) > width) {
            text = text.substring(0, text.length() - 2) + "…";
        }
        return text;
    }

    private void text(PDPageContentStream content, float x, float y, float size, String text) throws IOException {
        content.beginText();
        content.setFont(font, size);
        content.newLineAtOffset(x, y);
        content.showText(known(text));
        content.endText();
    }

    /** The text with what the font lacks exchanged for a question mark. */
    private String known(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(point -> out.append(has(point) ? Character.toString(point) : "?"));
        return out.toString();
    }

    private boolean has(int point) {
        try {
            font.encode(Character.toString(point));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
