package dev.perigee.billing.invoicing;

import dev.perigee.billing.money.Money;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An invoice as JSON: the same invoice gives the same bytes, keys in a fixed order and no white space. */
public final class InvoiceJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private InvoiceJson() {}

    /** UTF-8. */
    public static byte[] bytes(Invoice invoice) {
        return MAPPER.writeValueAsBytes(node(invoice));
    }

    /** The same as a tree. */
    public static ObjectNode node(Invoice invoice) {
        Invoice.Issue issue = invoice.issue();
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", invoice.id().toString())
                .put("kind", invoice.kind().word())
                .put("state", issue == null ? "draft" : "issued")
                .put("number", invoice.printedNumber())
                .put("issued_at", issue == null ? null : issue.at().toString())
                .put("tenant_id", invoice.tenantId().toString())
                .put("billed_to", issue == null ? null : issue.billedTo())
                .put("period", invoice.month().toString())
                .put("time_zone", invoice.timeZone());
        Invoice.Correction correction = invoice.correction();
        if (correction != null) {
            node.put("corrects", correction.invoiceId().toString()).put("reason", correction.reason());
        }
        ArrayNode lines = node.putArray("lines");
        invoice.lines().forEach(line -> lines.add(node(line)));
        node.set("exact_total", money(invoice.exactTotal()));
        node.set("rounding", money(invoice.rounding()));
        node.set("total", money(invoice.total()));
        return node;
    }

    private static ObjectNode node(InvoiceLine line) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("period", line.month().toString())
                .put("model", line.model())
                .put("price_version_id", line.priceVersionId().toString())
                .put("part", line.part().word())
                .put("tokens", line.tokens());
        node.set("price_per_million", money(line.pricePerToken().times(1_000_000)));
        node.set("exact", money(line.exact()));
        node.set("amount", money(line.rounded()));
        return node;
    }

    private static ObjectNode money(Money money) {
        return MAPPER.createObjectNode().put("amount", money.amount()).put("currency", money.currencyCode());
    }
}
