package dev.perigee.platform.admin;

import dev.perigee.billing.budget.Budget;
import dev.perigee.billing.budget.BudgetOwner;
import dev.perigee.billing.budget.Budgets;
import dev.perigee.billing.metering.LimitScope;
import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.web.JsonBodies;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;

/** {@code /admin/v1/{tenants,projects,api-keys}/{id}/budgets}. */
@Tag(name = "Budgets")
@RestController
@RequestMapping("/admin/v1")
final class BudgetsController {

    private static final String EXAMPLE = """
            [{"period":"month","limit":{"amount":"250","currency":"USD"},"mode":"hard"},
            {"period":"day","limit":{"tokens":1000000},"mode":"shadow"}]""";

    private final Owners owners;
    private final Budgets budgets;
    private final Changes changes;
    private final JsonBodies bodies;

    BudgetsController(Owners owners, Budgets budgets, Changes changes, JsonBodies bodies) {
        this.owners = owners;
        this.budgets = budgets;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "Where a tenant's budgets stand")
    @GetMapping("/tenants/{id}/budgets")
    void ofTenant(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        tell(LimitScope.TENANT, id, request, response);
    }

    @Operation(summary = "Replace a tenant's budgets")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/tenants/{id}/budgets")
    void putTenant(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        put(LimitScope.TENANT, id, request, response);
    }

    @Operation(summary = "Where a project's budgets stand")
    @GetMapping("/projects/{id}/budgets")
    void ofProject(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        tell(LimitScope.PROJECT, id, request, response);
    }

    @Operation(summary = "Replace a project's budgets")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/projects/{id}/budgets")
    void putProject(@PathVariable String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        put(LimitScope.PROJECT, id, request, response);
    }

    @Operation(summary = "Where a key's budgets stand")
    @GetMapping("/api-keys/{id}/budgets")
    void ofKey(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        tell(LimitScope.API_KEY, id, request, response);
    }

    @Operation(summary = "Replace a key's budgets")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject(EXAMPLE)))
    @PutMapping("/api-keys/{id}/budgets")
    void putKey(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        put(LimitScope.API_KEY, id, request, response);
    }

    private void tell(LimitScope scope, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        tell(owner(scope, Ids.inPath(id, scope.word()), tenant(scope, id)), response);
    }

    private void put(LimitScope scope, String id, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        Tenant tenant = tenant(scope, id);
        BudgetOwner owner = owner(scope, Ids.inPath(id, scope.word()), tenant);
        List<Budget> wanted = BudgetFields.read(bodies.readList(request), tenant.currency());
        changes.make(request, "budgets.replaced", () -> {
            ArrayNode before = AdminJson.array(budgets.standings(owner), BudgetFields::write);
            budgets.replace(owner, wanted);
            AuditSubject subject = new AuditSubject(scope.word(), owner.scopeId(), tenant.id());
            return new AuditedChange<>(
                    owner, subject, before, AdminJson.array(budgets.standings(owner), BudgetFields::write));
        });
        tell(owner, response);
    }

    private void tell(BudgetOwner owner, HttpServletResponse response) throws IOException {
        AdminJson.page(response, budgets.standings(owner), Budgets.MAX_BUDGETS, BudgetFields::write);
    }

    private static BudgetOwner owner(LimitScope scope, UUID id, Tenant tenant) {
        return new BudgetOwner(tenant.id(), scope, id, tenant.timeZone());
    }

    /** The tenant that the scope belongs to, where both are there. */
    private Tenant tenant(LimitScope scope, String text) {
        UUID id = Ids.inPath(text, scope.word());
        Optional<Tenant> tenant = switch (scope) {
            case TENANT -> owners.ofTenant(id);
            case PROJECT -> owners.ofProject(id);
            case API_KEY -> owners.ofApiKey(id);
        };
        return tenant.orElseThrow(() -> Ids.unknown(scope.word()));
    }
}
