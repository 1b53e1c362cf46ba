package dev.perigee.platform.admin;

import dev.perigee.platform.apikey.ApiKey;
import dev.perigee.platform.apikey.ApiKeyIssue;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.apikey.NewApiKey;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.tenancy.Tenants;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonBodies;
import dev.perigee.platform.web.JsonFields;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/tenants/{id}/api-keys} and {@code /admin/v1/api-keys/{id}}. */
@Tag(name = "API keys")
@RestController
@RequestMapping("/admin/v1")
final class ApiKeysController {

    private static final String WHAT = "api_key";
    private static final long LONGEST_OVERLAP = Duration.ofDays(7).toSeconds();

    private final Tenants tenants;
    private final ApiKeys apiKeys;
    private final Changes changes;
    private final JsonBodies bodies;

    ApiKeysController(Tenants tenants, ApiKeys apiKeys, Changes changes, JsonBodies bodies) {
        this.tenants = tenants;
        this.apiKeys = apiKeys;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "Make a key; it is shown this once")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"name":"backend","models":["moonlet"],"expires_at":"2030-01-01T00:00:00Z"}""")))
    @PostMapping("/tenants/{tenant}/api-keys")
    void create(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        UUID tenantId = Ids.inPath(tenant, "tenant");
        NewApiKey wanted = ApiKeyFields.read(bodies.read(request), tenantId);
        AdminJson.created(response, changes.make(request, "api_key.issued", () -> {
            ApiKeyIssue.Issued issued = issued(wanted);
            return new AuditedChange<>(form(issued), subject(issued.apiKey()), null, shown(issued.apiKey()));
        }));
    }

    private ApiKeyIssue.Issued issued(NewApiKey wanted) {
        return switch (apiKeys.issue(wanted)) {
            case ApiKeyIssue.UnknownTenant unknown -> throw Ids.unknown("tenant");
            case ApiKeyIssue.UnknownProject unknown ->
                throw invalid("project_id", unknown.projectId() + ", must be one of the tenant's projects");
            case ApiKeyIssue.AlreadyExpired expired ->
                throw invalid("expires_at", expired.expiresAt() + ", must be in the future");
            case ApiKeyIssue.Issued issued -> issued;
        };
    }

    private static ProblemException invalid(String field, String what) {
        return new ProblemException(Problem.invalid("invalid_value", field, field + " is " + what + "."));
    }

    @Operation(summary = "List a tenant's keys, without secrets")
    @GetMapping("/tenants/{tenant}/api-keys")
    void list(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query query = Query.of(request, Set.of("limit", "after"));
        UUID tenantId = Ids.tenantInPath(tenants, tenant).id();
        AdminJson.page(
                response, apiKeys.list(tenantId, query.after(), query.limit() + 1), query.limit(), ApiKeyFields::write);
    }

    @Operation(summary = "One key, without its secret")
    @GetMapping("/api-keys/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Json.write(response, shown(key(id)));
    }

    @Operation(summary = "Revoke a key, at once")
    @DeleteMapping("/api-keys/{id}")
    void revoke(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) {
        Query.none(request);
        changes.make(request, "api_key.revoked", () -> {
            ApiKey before = key(id);
            boolean revoked = apiKeys.revoke(before.id());
            return new AuditedChange<>(revoked, subject(before), shown(before), shown(key(id)));
        });
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    @Operation(summary = "Make a new key like this one, which ends after the overlap")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"overlap_seconds":3600}""")))
    @PostMapping("/api-keys/{id}/rotate")
    void rotate(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("overlap_seconds"));
        Long overlap = fields.whole("overlap_seconds", 0, LONGEST_OVERLAP);
        if (overlap == null) {
            throw fields.mustBe("overlap_seconds", "from 0 to " + LONGEST_OVERLAP);
        }
        AdminJson.created(response, changes.make(request, "api_key.rotated", () -> {
            ApiKey before = key(id);
            ApiKeyIssue.Issued issued =
                    apiKeys.rotate(before.id(), Duration.ofSeconds(overlap)).orElseThrow(() -> Ids.unknown(WHAT));
            return new AuditedChange<>(form(issued), subject(before), shown(before), shown(issued.apiKey()));
        }));
    }

    private ApiKey key(String id) {
        return apiKeys.find(Ids.inPath(id, WHAT)).orElseThrow(() -> Ids.unknown(WHAT));
    }

    private static AuditSubject subject(ApiKey key) {
        return new AuditSubject(WHAT, key.id(), key.tenantId());
    }

    /** The key without its secret. */
    private static ObjectNode shown(ApiKey key) {
        return ApiKeyFields.write(key);
    }

    private static ObjectNode form(ApiKeyIssue.Issued issued) {
        ObjectNode form = Json.object()
                .put("id", issued.apiKey().id().toString())
                .put("key", issued.secret().reveal());
        return form.setAll(shown(issued.apiKey()));
    }
}
