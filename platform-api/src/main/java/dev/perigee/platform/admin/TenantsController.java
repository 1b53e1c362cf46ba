package dev.perigee.platform.admin;

import dev.perigee.billing.budget.Budgets;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.tenancy.NewTenant;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.TenantChange;
import dev.perigee.platform.tenancy.Tenants;
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
import java.time.ZoneOffset;
import java.util.Currency;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/v1/tenants}. */
@Tag(name = "Tenants")
@RestController
@RequestMapping("/admin/v1/tenants")
final class TenantsController {

    private static final String WHAT = "tenant";
    private static final Currency US_DOLLAR = Currency.getInstance("USD");

    private final Tenants tenants;
    private final Budgets budgets;
    private final Changes changes;
    private final JsonBodies bodies;

    TenantsController(Tenants tenants, Budgets budgets, Changes changes, JsonBodies bodies) {
        this.tenants = tenants;
        this.budgets = budgets;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "Make a tenant with its default project")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"name":"Acme","time_zone":"Europe/Oslo","currency":"USD"}""")))
    @PostMapping
    void create(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("name", "time_zone", "currency"));
        NewTenant tenant = new NewTenant(
                TenantFields.requiredName(fields),
                Objects.requireNonNullElse(TenantFields.timeZone(fields), ZoneOffset.UTC),
                Objects.requireNonNullElse(TenantFields.currency(fields), US_DOLLAR));
        AdminJson.created(response, changes.make(request, "tenant.created", () -> {
            Tenant made = tenants.create(tenant);
            return new AuditedChange<>(form(made), subject(made.id()), null, form(made));
        }));
    }

    @Operation(summary = "List tenants, the oldest first")
    @GetMapping
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query query = Query.of(request, Set.of("limit", "after"));
        AdminJson.page(
                response, tenants.list(query.after(), query.limit() + 1), query.limit(), TenantsController::form);
    }

    @Operation(summary = "One tenant")
    @GetMapping("/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Json.write(response, form(Ids.tenantInPath(tenants, id)));
    }

    @Operation(summary = "Change name or time zone")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"name":"Acme Inc."}""")))
    @PatchMapping("/{id}")
    void change(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("name", "time_zone", "currency"));
        if (fields.value("currency") != null) {
            throw fields.mustBe("currency", "absent: a tenant keeps its currency for ever");
        }
        TenantChange change = new TenantChange(TenantFields.name(fields), TenantFields.timeZone(fields));
        Json.write(response, changes.make(request, "tenant.changed", () -> changed(id, change)));
    }

    private AuditedChange<ObjectNode> changed(String id, TenantChange change) {
        ObjectNode before = form(Ids.tenantInPath(tenants, id));
        Tenant tenant = tenants.change(id(id), change).orElseThrow(() -> Ids.unknown(WHAT));
        if (change.timeZone() != null) {
            budgets.changeTimeZone(tenant.id(), tenant.timeZone());
        }
        return new AuditedChange<>(form(tenant), subject(tenant.id()), before, form(tenant));
    }

    @Operation(summary = "Delete a tenant; its keys open nothing from then on")
    @DeleteMapping("/{id}")
    void delete(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) {
        Query.none(request);
        changes.make(request, "tenant.deleted", () -> {
            Tenant tenant = Ids.tenantInPath(tenants, id);
            return new AuditedChange<>(tenants.delete(tenant.id()), subject(tenant.id()), form(tenant), null);
        });
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private static AuditSubject subject(UUID id) {
        return new AuditSubject(WHAT, id, id);
    }

    private static UUID id(String text) {
        return Ids.inPath(text, WHAT);
    }

    private static ObjectNode form(Tenant tenant) {
        return Json.object()
                .put("id", tenant.id().toString())
                .put("name", tenant.name())
                .put("time_zone", timeZone(tenant))
                .put("currency", tenant.currency().getCurrencyCode())
                .put("default_project_id", tenant.defaultProjectId().toString())
                .put("created_at", AdminJson.moment(tenant.createdAt()));
    }

    private static String timeZone(Tenant tenant) {
        return tenant.timeZone().equals(ZoneOffset.UTC)
                ? "UTC"
                : tenant.timeZone().getId();
    }
}
