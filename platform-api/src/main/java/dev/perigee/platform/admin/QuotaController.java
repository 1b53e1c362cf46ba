package dev.perigee.platform.admin;

import dev.perigee.billing.metering.LimitScope;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.quota.Quota;
import dev.perigee.platform.quota.Quotas;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonBodies;
import dev.perigee.platform.web.JsonFields;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/{tenants,projects,api-keys}/{id}/quota}. */
@Tag(name = "Quotas")
@RestController
@RequestMapping("/admin/v1")
final class QuotaController {

    private static final Set<String> KNOWN = Set.of("requests_per_minute", "tokens_per_minute", "concurrent_requests");
    private static final String EXAMPLE = """
            {"requests_per_minute":600,"tokens_per_minute":100000,"concurrent_requests":null}""";

    private final Owners owners;
    private final Quotas quotas;
    private final Changes changes;
    private final JsonBodies bodies;

    QuotaController(Owners owners, Quotas quotas, Changes changes, JsonBodies bodies) {
        this.owners = owners;
        this.quotas = quotas;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "A tenant's limits")
    @GetMapping("/tenants/{id}/quota")
    void ofTenant(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        tell(LimitScope.TENANT, id, request, response);
    }

    @Operation(summary = "Replace a tenant's limits; what is absent or null has none")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/tenants/{id}/quota")
    void putTenant(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        put(LimitScope.TENANT, id, request, response);
    }

    @Operation(summary = "A project's limits")
    @GetMapping("/projects/{id}/quota")
    void ofProject(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        tell(LimitScope.PROJECT, id, request, response);
    }

    @Operation(summary = "Replace a project's limits; what is absent or null has none")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/projects/{id}/quota")
    void putProject(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        put(LimitScope.PROJECT, id, request, response);
    }

    @Operation(summary = "A key's limits")
    @GetMapping("/api-keys/{id}/quota")
    void ofKey(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        tell(LimitScope.API_KEY, id, request, response);
    }

    @Operation(summary = "Replace a key's limits; what is absent or null has none")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/api-keys/{id}/quota")
    void putKey(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        put(LimitScope.API_KEY, id, request, response);
    }

    private void tell(LimitScope scope, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        UUID owner = Ids.inPath(id, scope.word());
        tenantOf(scope, owner);
        Json.write(response, form(quotas.find(scope, owner)));
    }

    private void put(LimitScope scope, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        UUID owner = Ids.inPath(id, scope.word());
        AuditSubject subject = new AuditSubject(scope.word(), owner, tenantOf(scope, owner));
        JsonFields fields = JsonFields.of(bodies.read(request), "", KNOWN);
        Quota quota = new Quota(
                fields.whole("requests_per_minute", 1, Quota.MAX),
                fields.whole("tokens_per_minute", 1, Quota.MAX),
                fields.whole("concurrent_requests", 1, Quota.MAX));
        changes.make(request, "quota.set", () -> {
            ObjectNode before = form(quotas.find(scope, owner));
            quotas.set(scope, owner, quota);
            return new AuditedChange<>(quota, subject, before, form(quota));
        });
        Json.write(response, form(quota));
    }

    /** The tenant that this scope belongs to, where it is there. */
    private UUID tenantOf(LimitScope scope, UUID id) {
        Optional<Tenant> tenant = switch (scope) {
            case TENANT -> owners.ofTenant(id);
            case PROJECT -> owners.ofProject(id);
            case API_KEY -> owners.ofApiKey(id);
        };
        return tenant.map(Tenant::id).orElseThrow(() -> Ids.unknown(scope.word()));
    }

    private static ObjectNode form(Quota quota) {
        return Json.object()
                .put("requests_per_minute", quota.requestsPerMinute())
                .put("tokens_per_minute", quota.tokensPerMinute())
                .put("concurrent_requests", quota.concurrentRequests());
    }
}
