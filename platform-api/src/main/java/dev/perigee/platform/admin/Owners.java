package dev.perigee.platform.admin;

import dev.perigee.platform.apikey.ApiKey;
import dev.perigee.platform.apikey.ApiKeys;
import dev.perigee.platform.tenancy.Project;
import dev.perigee.platform.tenancy.Projects;
import dev.perigee.platform.tenancy.Tenant;
import dev.perigee.platform.tenancy.Tenants;
import java.util.Optional;
import java.util.UUID;

/** The tenants that tenants, projects and keys belong to, where both are there. Threads: safe. */
final class Owners {

    private final Tenants tenants;
    private final Projects projects;
    private final ApiKeys apiKeys;

    Owners(Tenants tenants, Projects projects, ApiKeys apiKeys) {
        this.tenants = tenants;
        this.projects = projects;
        this.apiKeys = apiKeys;
    }

    Optional<Tenant> ofTenant(UUID id) {
        return tenants.find(id);
    }

    Optional<Tenant> ofProject(UUID id) {
        return projects.find(id).map(Project::tenantId).flatMap(tenants::find);
    }

    Optional<Tenant> ofApiKey(UUID id) {
        return apiKeys.find(id).map(ApiKey::tenantId).flatMap(tenants::find);
    }
}
