package dev.perigee.platform.admin;

import dev.perigee.billing.charging.DeadProcesses;
import dev.perigee.billing.charging.RecordedRequest;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.receipts.Receipts;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/requests/{request_id}}: everything that is recorded of one request; and those that dead nodes left behind. */
@Tag(name = "Usage")
@RestController
@RequestMapping("/admin/v1/requests")
final class RequestsController {

    private static final String WHAT = "request";
    private static final String ESTIMATED = "estimated";
    private static final int MAX_REASON = 500;

    private final UsageReport usage;
    private final Receipts receipts;
    private final DeadProcesses deadProcesses;
    private final Changes changes;
    private final JsonBodies bodies;

    RequestsController(
            UsageReport usage, Receipts receipts, DeadProcesses deadProcesses, Changes changes, JsonBodies bodies) {
        this.usage = usage;
        this.receipts = receipts;
        this.deadProcesses = deadProcesses;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(
            summary = "Requests of dead nodes: billed by their last checkpoint, the rest still held; the oldest first")
    @GetMapping
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query query = Query.of(request, Set.of("state", "limit"));
        if (!ESTIMATED.equals(query.text("state"))) {
            throw Query.invalid("state", "must be " + ESTIMATED);
        }
        List<RecordedRequest> found = deadProcesses.estimated(query.limit() + 1).stream()
                .map(usage::find)
                .flatMap(Optional::stream)
                .toList();
        AdminJson.page(response, found, query.limit(), RequestsController::form);
    }

    @Operation(summary = "Leave a dead node's request at its estimate and give back what is still held for it")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"reason":"The disk of node 3 is lost"}""")))
    @PostMapping("/{id}/release")
    void release(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("reason"));
        String reason = fields.requiredText("reason", MAX_REASON);
        Json.write(response, changes.make(request, "reservation.released", () -> {
            RecordedRequest before = found(id);
            release(id);
            RecordedRequest after = found(id);
            return new AuditedChange<>(
                    form(after), subject(after), form(before), form(after).put("reason", reason));
        }));
    }

    private void release(String id) {
        switch (deadProcesses.giveUp(id)) {
            case DeadProcesses.GivingUp.Unknown unknown -> throw Ids.unknown(WHAT);
            case DeadProcesses.GivingUp.NotEstimated not ->
                throw new ProblemException(Problem.of(
                        ProblemKind.CONFLICT,
                        "not_estimated",
                        "Its reservation is " + not.state().word() + "; only what a dead node held can be released."));
            case DeadProcesses.GivingUp.GivenUp givenUp -> {}
        }
    }

    private static AuditSubject subject(RecordedRequest request) {
        byte[] name = request.requestId().getBytes(StandardCharsets.UTF_8);
        return new AuditSubject(
                WHAT, UUID.nameUUIDFromBytes(name), request.attribution().tenantId());
    }

    private RecordedRequest found(String id) {
        return usage.find(id).orElseThrow(() -> Ids.unknown(WHAT));
    }

    @Operation(summary = "Everything that is recorded of one request")
    @GetMapping("/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        RecordedRequest found = found(id);
        Json.write(response, form(found).set("receipt", receipt(found)));
    }

    private @Nullable JsonNode receipt(RecordedRequest request) {
        return receipts.find(request.attribution().tenantId(), request.requestId())
                .map(receipt -> Json.read(receipt.json().getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
    }

    private static ObjectNode form(RecordedRequest request) {
        ObjectNode node = Json.object()
                .put("request_id", request.requestId())
                .put("tenant_id", request.attribution().tenantId().toString())
                .put("project_id", request.attribution().projectId().toString())
                .put("api_key_id", request.attribution().apiKeyId().toString())
                .put("end_user_hash", request.attribution().endUserHash())
                .put("model", request.model())
                .put("occurred_at", AdminJson.moment(request.occurredAt()));
        node.set("reservation", charge(request.charge()));
        node.set("result", measurement(request.measurement()));
        return node;
    }

    private static @Nullable ObjectNode charge(RecordedRequest.@Nullable Charge charge) {
        if (charge == null) {
            return null;
        }
        ObjectNode node =
                Json.object().put("price_version_id", charge.priceVersionId().toString());
        node.set("held", AdminJson.money(charge.held()));
        return node.put("state", charge.state().word()).put("resolved_at", AdminJson.moment(charge.resolvedAt()));
    }

    private static @Nullable ObjectNode measurement(RecordedRequest.@Nullable Measurement measurement) {
        if (measurement == null) {
            return null;
        }
        MeasuredUsage usage = measurement.usage();
        ObjectNode node = Json.object()
                .put("outcome", measurement.outcome().word())
                .put(ESTIMATED, measurement.estimated())
                .put("model_sha256", measurement.modelSha256())
                .put("input_tokens", usage.inputTokens())
                .put("cached_input_tokens", usage.cachedInput())
                .put("output_tokens", usage.outputTokens())
                .put("reasoning_tokens", usage.reasoning());
        node.set("cost", AdminJson.money(measurement.cost()));
        return node.put("recorded_at", AdminJson.moment(measurement.recordedAt()));
    }
}
