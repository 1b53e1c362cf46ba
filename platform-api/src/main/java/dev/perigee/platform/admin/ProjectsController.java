package dev.perigee.platform.admin;

import dev.perigee.platform.audit.AuditSubject;
import dev.perigee.platform.audit.AuditedChange;
import dev.perigee.platform.tenancy.Project;
import dev.perigee.platform.tenancy.Projects;
import dev.perigee.platform.tenancy.Tenants;
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

/** {@code /admin/v1/tenants/{id}/projects} and {@code /admin/v1/projects/{id}}. */
@Tag(name = "Projects")
@RestController
@RequestMapping("/admin/v1")
final class ProjectsController {

    private static final String WHAT = "project";

    private final Tenants tenants;
    private final Projects projects;
    private final Changes changes;
    private final JsonBodies bodies;

    ProjectsController(Tenants tenants, Projects projects, Changes changes, JsonBodies bodies) {
        this.tenants = tenants;
        this.projects = projects;
        this.changes = changes;
        this.bodies = bodies;
    }

    @Operation(summary = "Make a project")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"name":"Research"}""")))
    @PostMapping("/tenants/{tenant}/projects")
    void create(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query.none(request);
        UUID tenantId = Ids.inPath(tenant, "tenant");
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("name"));
        String name = TenantFields.requiredName(fields);
        AdminJson.created(response, changes.make(request, "project.created", () -> {
            Project made = projects.create(tenantId, name).orElseThrow(() -> Ids.unknown("tenant"));
            return new AuditedChange<>(form(made), subject(made), null, form(made));
        }));
    }

    @Operation(summary = "List a tenant's projects")
    @GetMapping("/tenants/{tenant}/projects")
    void list(@PathVariable String tenant, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Query query = Query.of(request, Set.of("limit", "after"));
        UUID tenantId = Ids.tenantInPath(tenants, tenant).id();
        AdminJson.page(
                response,
                projects.list(tenantId, query.after(), query.limit() + 1),
                query.limit(),
                ProjectsController::form);
    }

    @Operation(summary = "One project")
    @GetMapping("/projects/{id}")
    void one(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        Json.write(response, form(project(id)));
    }

    @Operation(summary = "Rename a project")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"name":"Research and development"}""")))
    @PatchMapping("/projects/{id}")
    void rename(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Query.none(request);
        JsonFields fields = JsonFields.of(bodies.read(request), "", Set.of("name"));
        String name = TenantFields.requiredName(fields);
        Json.write(response, changes.make(request, "project.renamed", () -> {
            ObjectNode before = form(project(id));
            Project renamed = projects.rename(id(id), name).orElseThrow(() -> Ids.unknown(WHAT));
            return new AuditedChange<>(form(renamed), subject(renamed), before, form(renamed));
        }));
    }

    @Operation(summary = "Delete a project; its keys open nothing from then on")
    @DeleteMapping("/projects/{id}")
    void delete(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) {
        Query.none(request);
        changes.make(request, "project.deleted", () -> {
            Project project = project(id);
            delete(project.id());
            return new AuditedChange<>(project.id(), subject(project), form(project), null);
        });
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private void delete(UUID id) {
        switch (projects.delete(id)) {
            case UNKNOWN -> throw Ids.unknown(WHAT);
            case IS_DEFAULT ->
                throw new ProblemException(Problem.of(
                        ProblemKind.CONFLICT,
                        "default_project",
                        "This is its tenant's default project, which stays as long as the tenant does."));
            case DELETED -> {}
        }
    }

    private Project project(String id) {
        return projects.find(id(id)).orElseThrow(() -> Ids.unknown(WHAT));
    }

    private static AuditSubject subject(Project project) {
        return new AuditSubject(WHAT, project.id(), project.tenantId());
    }

    private static UUID id(String text) {
        return Ids.inPath(text, WHAT);
    }

    private static ObjectNode form(Project project) {
        return Json.object()
                .put("id", project.id().toString())
                .put("tenant_id", project.tenantId().toString())
                .put("name", project.name())
                .put("created_at", AdminJson.moment(project.createdAt()));
    }
}
