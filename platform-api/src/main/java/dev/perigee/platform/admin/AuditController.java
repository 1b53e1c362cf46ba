package dev.perigee.platform.admin;

import dev.perigee.platform.audit.AuditEntry;
import dev.perigee.platform.audit.AuditLog;
import dev.perigee.platform.audit.AuditVerdict;
import dev.perigee.platform.web.Json;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/audit}. */
@Tag(name = "Audit")
@RestController
@RequestMapping("/admin/v1/audit")
final class AuditController {

    private final AuditLog audit;

    AuditController(AuditLog audit) {
        this.audit = audit;
    }

    @Operation(summary = "Who changed what, the oldest first; go on after the last entry's number")
    @GetMapping
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query query = Query.of(request, Set.of("limit", "after"));
        long after = query.whole("after", 0, Long.MAX_VALUE, 0);
        AdminJson.page(response, audit.list(after, query.limit() + 1), query.limit(), AuditController::form);
    }

    @Operation(summary = "Read the whole log and tell whether anyone has changed it")
    @GetMapping("/verify")
    void verify(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Json.write(response, form(audit.verify()));
    }

    private static ObjectNode form(AuditVerdict verdict) {
        return switch (verdict) {
            case AuditVerdict.Intact intact -> Json.object().put("intact", true).put("entries", intact.entries());
            case AuditVerdict.Broken broken ->
                Json.object()
                        .put("intact", false)
                        .put("entries", broken.entries())
                        .put("first_bad", broken.firstBad())
                        .put("reason", broken.reason());
        };
    }

    private static ObjectNode form(AuditEntry entry) {
        UUID tenantId = entry.subject().tenantId();
        ObjectNode form = Json.object()
                .put("number", entry.number())
                .put("at", AdminJson.moment(entry.at()))
                .put("actor", entry.actor().name())
                .put("request_id", entry.actor().requestId())
                .put("action", entry.action())
                .put("subject_type", entry.subject().type())
                .put("subject_id", entry.subject().id().toString())
                .put("tenant_id", tenantId == null ? null : tenantId.toString());
        form.set("before", state(entry.before()));
        form.set("after", state(entry.after()));
        return form;
    }

    private static @Nullable JsonNode state(@Nullable String json) {
        return json == null ? null : Json.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
