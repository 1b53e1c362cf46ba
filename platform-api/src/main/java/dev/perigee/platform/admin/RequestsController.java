package dev.perigee.platform.admin;

import dev.perigee.billing.charging.RecordedRequest;
import dev.perigee.billing.charging.UsageReport;
import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.receipts.Receipts;
import dev.perigee.platform.web.Json;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /admin/v1/requests/{request_id}}: everything that is recorded of one request. */
@Tag(name = "Usage")
@RestController
final class RequestsController {

    private final UsageReport usage;
    private final Receipts receipts;

    RequestsController(UsageReport usage, Receipts receipts) {
        this.usage = usage;
        this.receipts = receipts;
    }

    @Operation(summary = "Everything that is recorded of one request")
    @GetMapping("/admin/v1/requests/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        RecordedRequest found = usage.find(id).orElseThrow(() -> Ids.unknown("request"));
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
        return node.put("state", charge.state().name().toLowerCase(Locale.ROOT))
                .put("resolved_at", AdminJson.moment(charge.resolvedAt()));
    }

    private static @Nullable ObjectNode measurement(RecordedRequest.@Nullable Measurement measurement) {
        if (measurement == null) {
            return null;
        }
        MeasuredUsage usage = measurement.usage();
        ObjectNode node = Json.object()
                .put("outcome", measurement.outcome().word())
                .put("model_sha256", measurement.modelSha256())
                .put("input_tokens", usage.inputTokens())
                .put("cached_input_tokens", usage.cachedInput())
                .put("output_tokens", usage.outputTokens())
                .put("reasoning_tokens", usage.reasoning());
        node.set("cost", AdminJson.money(measurement.cost()));
        return node.put("recorded_at", AdminJson.moment(measurement.recordedAt()));
    }
}
