package dev.perigee.platform.admin;

import dev.perigee.billing.pricing.PriceBook;
import dev.perigee.billing.pricing.PriceBookAddition;
import dev.perigee.billing.pricing.PriceBookCreation;
import dev.perigee.billing.pricing.PriceBookVersion;
import dev.perigee.billing.pricing.PriceBooks;
import dev.perigee.billing.pricing.Rate;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.web.Json;
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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/price-books}. */
@Tag(name = "Prices")
@RestController
@RequestMapping("/admin/v1/price-books")
final class PriceBooksController {

    private static final String WHAT = "price_book";

    private final PriceBooks priceBooks;
    private final Changes changes;
    private final JsonBodies bodies;

    PriceBooksController(PriceBooks priceBooks, Changes changes, JsonBodies bodies) {
        this.priceBooks = priceBooks;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "Open a price book with its first version")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"model":"moonlet","currency":"EUR","input":"0.60","cached_input":"0.15","output":"2.50"}""")))
    @PostMapping
    void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = PriceFields.of(bodies.read(request));
        String model = fields.requiredText("model", PriceBooks.MAX_MODEL_LENGTH);
        Rate rate = PriceFields.rate(fields, PriceFields.currency(fields));
        Instant from = fields.moment("effective_from");
        AdminJson.created(response, changes.make(request, "price_book.created", () -> {
            PriceBook made = created(priceBooks.create(model, rate, from));
            return new AuditedChange<>(form(made), subject(made), null, form(made));
        }));
    }

    private static PriceBook created(PriceBookCreation outcome) {
        return switch (outcome) {
            case PriceBookCreation.Created created -> created.priceBook();
            case PriceBookCreation.AlreadyExists exists ->
                throw conflict(
                        "price_book_exists",
                        "The model has price book " + exists.priceBook().id()
                                + " in this currency; add a version to it.");
        };
    }

    @Operation(summary = "Add a version")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"input":"0.50","cached_input":"0.10","output":"2.00","effective_from":"2030-01-01T00:00:00Z"}""")))
    @PostMapping("/{id}/versions")
    void addVersion(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        PriceBook book = book(id);
        JsonFields fields = PriceFields.of(bodies.read(request));
        PriceFields.requireSame(fields, book);
        Rate rate = PriceFields.rate(fields, book.currency());
        Instant from = fields.moment("effective_from");
        AdminJson.created(response, changes.make(request, "price_book.version_added", () -> {
            PriceBook longer = added(priceBooks.addVersion(book.id(), rate, from));
            return new AuditedChange<>(form(longer), subject(book), form(book), form(longer));
        }));
    }

    private static PriceBook added(PriceBookAddition outcome) {
        return switch (outcome) {
            case PriceBookAddition.UnknownPriceBook unknown -> throw Ids.unknown(WHAT);
            case PriceBookAddition.OtherCurrency other -> throw new AssertionError("the currency was the book's own");
            case PriceBookAddition.DateTaken taken ->
                throw conflict(
                        "date_taken",
                        "A version is in force from exactly " + taken.effectiveFrom()
                                + "; versions are never replaced.");
            case PriceBookAddition.Added added -> added.priceBook();
        };
    }

    private static AuditSubject subject(PriceBook book) {
        return new AuditSubject(WHAT, book.id(), null);
    }

    @Operation(summary = "List price books")
    @GetMapping
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        List<PriceBook> books = priceBooks.list();
        AdminJson.page(response, books, books.size(), PriceBooksController::form);
    }

    @Operation(summary = "One price book with all its versions")
    @GetMapping("/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Json.write(response, form(book(id)));
    }

    private PriceBook book(String id) {
        UUID bookId = Ids.inPath(id, WHAT);
        return priceBooks.find(bookId).orElseThrow(() -> Ids.unknown(WHAT));
    }

    private static ProblemException conflict(String code, String message) {
        return new ProblemException(Problem.of(ProblemKind.CONFLICT, code, message));
    }

    private static ObjectNode form(PriceBook book) {
        ObjectNode node = Json.object()
                .put("id", book.id().toString())
                .put("model", book.model())
                .put("currency", book.currency().getCurrencyCode());
        ArrayNode versions = node.putArray("versions");
        book.versions().forEach(version -> versions.add(form(version)));
        return node;
    }

    private static ObjectNode form(PriceBookVersion version) {
        Rate rate = version.rate();
        return Json.object()
                .put("id", version.id().toString())
                .put("input", rate.inputPerMillion().amount())
                .put("cached_input", rate.cachedInputPerMillion().amount())
                .put("output", rate.outputPerMillion().amount())
                .put("effective_from", AdminJson.moment(version.effectiveFrom()))
                .put("created_at", AdminJson.moment(version.createdAt()));
    }
}
