package dev.perigee.platform.admin;

import dev.perigee.platform.apikey.ApiKeyIssue;
import dev.perigee.platform.apikey.ApiKeys;
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
    private final JsonBodies bodies;

    ApiKeysController(Tenants tenants, ApiKeys apiKeys, JsonBodies bodies) {
        this.tenants = tenants;
        this.apiKeys = apiKeys;
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
        switch (apiKeys.issue(ApiKeyFields.read(bodies.read(request), tenantId))) {
            case ApiKeyIssue.UnknownTenant unknown -> throw Ids.unknown("tenant");
            case ApiKeyIssue.UnknownProject unknown ->
                throw invalid("project_id", unknown.projectId() + ", must be one of the tenant's projects");
            case ApiKeyIssue.AlreadyExpired expired ->
                throw invalid("expires_at", expired.expiresAt() + ", must be in the future");
            case ApiKeyIssue.Issued issued -> AdminJson.created(response, form(issued));
        }
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
        Json.write(response, ApiKeyFields.write(apiKeys.find(id(id)).orElseThrow(() -> Ids.unknown(WHAT))));
    }

    @Operation(summary = "Revoke a key, at once")
    @DeleteMapping("/api-keys/{id}")
    void revoke(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) {
        Query.none(request);
        if (!apiKeys.revoke(id(id))) {
            throw Ids.unknown(WHAT);
        }
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
        ApiKeyIssue.Issued issued =
                apiKeys.rotate(id(id), Duration.ofSeconds(overlap)).orElseThrow(() -> Ids.unknown(WHAT));
        AdminJson.created(response, form(issued));
    }

    private static UUID id(String text) {
        return Ids.inPath(text, WHAT);
    }

    private static ObjectNode form(ApiKeyIssue.Issued issued) {
        ObjectNode form = Json.object()
                .put("id", issued.apiKey().id().toString())
                .put("key", issued.secret().reveal());
        return form.setAll(ApiKeyFields.write(issued.apiKey()));
    }
}
