package dev.perigee.platform.admin;

import dev.perigee.billing.invoicing.CreditNoteIssue;
import dev.perigee.billing.invoicing.Invoice;
import dev.perigee.billing.invoicing.InvoiceIssue;
import dev.perigee.billing.invoicing.InvoiceJson;
import dev.perigee.billing.invoicing.InvoiceOrder;
import dev.perigee.billing.invoicing.Invoices;
import dev.perigee.billing.money.Money;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.JsonBodies;
import dev.perigee.platform.web.JsonFields;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.ProblemKind;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /admin/v1/tenants/{id}/invoices} and {@code /admin/v1/invoices/{id}}. */
@Tag(name = "Invoices")
@RestController
@RequestMapping("/admin/v1")
final class InvoicesController {

    private static final String WHAT = "invoice";
    private static final int MAX_MONTH = 16;
    private static final int MAX_REASON = 500;

    private final Tenants tenants;
    private final Invoices invoices;
    private final Changes changes;
    private final JsonBodies bodies;

    InvoicesController(Tenants tenants, Invoices invoices, Changes changes, JsonBodies bodies) {
        this.tenants = tenants;
        this.invoices = invoices;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "A draft of a month's invoice; of an issued month the document")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"period":"2026-11"}""")))
    @PostMapping("/tenants/{tenant}/invoices")
    void draft(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        Tenant billed = tenant(Ids.inPath(tenant, "tenant"));
        YearMonth month = month(JsonFields.of(bodies.read(request), "", Set.of("period")));
        Invoice draft = changes.make(request, "invoice.drafted", () -> {
            Invoice made = invoices.draft(new InvoiceOrder(billed.id(), month, billed.timeZone(), billed.currency()));
            return new AuditedChange<>(made, subject(made), null, InvoiceJson.node(made));
        });
        AdminJson.created(response, InvoiceJson.node(draft));
    }

    private static YearMonth month(JsonFields fields) {
        try {
            return YearMonth.parse(fields.requiredText("period", MAX_MONTH));
        } catch (DateTimeParseException e) {
            throw fields.mustBe("period", "a month such as \"2026-11\"");
        }
    }

    @Operation(summary = "A tenant's invoices and credit notes, the oldest first")
    @GetMapping("/tenants/{tenant}/invoices")
    void list(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query query = Query.of(request, Set.of("limit", "after"));
        UUID tenantId = tenant(Ids.inPath(tenant, "tenant")).id();
        AdminJson.page(
                response, invoices.list(tenantId, query.after(), query.limit() + 1), query.limit(), InvoiceJson::node);
    }

    @Operation(summary = "One invoice or credit note as JSON, application/pdf or text/csv")
    @GetMapping("/invoices/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        InvoiceForm.accepted(request).write(invoice(id), response);
    }

    @Operation(summary = "Issue a draft: it gets the next number and never changes again")
    @PostMapping("/invoices/{id}/issue")
    void issue(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Invoice issued = changes.make(request, "invoice.issued", () -> {
            Invoice draft = invoice(id);
            Invoice document =
                    issued(invoices.issue(draft.id(), tenant(draft.tenantId()).name()));
            return new AuditedChange<>(
                    document, subject(document), InvoiceJson.node(draft), InvoiceJson.node(document));
        });
        InvoiceForm.JSON.write(issued, response);
    }

    private static Invoice issued(InvoiceIssue outcome) {
        return switch (outcome) {
            case InvoiceIssue.Unknown unknown -> throw Ids.unknown(WHAT);
            case InvoiceIssue.AlreadyIssued already ->
                throw conflict(
                        "already_issued",
                        "It was issued as " + already.invoice().printedNumber() + " before.");
            case InvoiceIssue.StillRunning running ->
                throw conflict("period_running", "Its month ends at " + running.endsAt() + "; issue it then.");
            case InvoiceIssue.RequestsOpen open ->
                throw conflict("requests_open", open.requests() + " requests of its month are not settled yet.");
            case InvoiceIssue.Issued issued -> issued.invoice();
        };
    }

    @Operation(summary = "Take back a part of an issued invoice")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"amount":{"amount":"12.50","currency":"USD"},"reason":"Slow answers on November 3"}""")))
    @PostMapping("/invoices/{id}/credit-notes")
    void credit(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Invoice invoice = invoice(id);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("amount", "reason"));
        Money amount = amount(fields, invoice);
        String reason = fields.requiredText("reason", MAX_REASON);
        Invoice note = changes.make(request, "credit_note.issued", () -> {
            Invoice made = credited(invoices.credit(invoice.id(), amount, reason));
            return new AuditedChange<>(made, subject(made), null, InvoiceJson.node(made));
        });
        AdminJson.created(response, InvoiceJson.node(note));
    }

    private static Money amount(JsonFields fields, Invoice invoice) {
        JsonFields given = fields.object("amount", Set.of("amount", "currency"));
        if (given == null) {
            throw fields.mustBe("amount", "{\"amount\",\"currency\"}");
        }
        Money amount = MoneyFields.read(given, invoice.currency());
        if (amount.nanos() <= 0 || !amount.isInCoins()) {
            throw given.mustBe("amount", "above zero, in whole coins of the currency");
        }
        return amount;
    }

    private static Invoice credited(CreditNoteIssue outcome) {
        return switch (outcome) {
            case CreditNoteIssue.Unknown unknown -> throw Ids.unknown(WHAT);
            case CreditNoteIssue.NotAnIssuedInvoice not ->
                throw conflict("not_issued", "Only an issued invoice can be credited.");
            case CreditNoteIssue.OtherCurrency other -> throw new AssertionError("the currency was the invoice's own");
            case CreditNoteIssue.MoreThanLeft more ->
                throw conflict("more_than_left", "Only " + more.left() + " of the invoice are not credited yet.");
            case CreditNoteIssue.Issued issued -> issued.creditNote();
        };
    }

    private Invoice invoice(String id) {
        return invoices.find(Ids.inPath(id, WHAT)).orElseThrow(() -> Ids.unknown(WHAT));
    }

    private Tenant tenant(UUID id) {
        return tenants.findEver(id).orElseThrow(() -> Ids.unknown("tenant"));
    }

    private static AuditSubject subject(Invoice invoice) {
        return new AuditSubject(invoice.kind().word(), invoice.id(), invoice.tenantId());
    }

    private static ProblemException conflict(String code, String message) {
        return new ProblemException(Problem.of(ProblemKind.CONFLICT, code, message));
    }
}
