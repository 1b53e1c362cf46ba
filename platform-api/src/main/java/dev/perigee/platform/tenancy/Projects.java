package dev.perigee.platform.tenancy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The projects of tenants.
 *
 * <p>A deleted project, or one of a deleted tenant, is as good as unknown here. Threads: safe. Errors:
 * {@link org.springframework.dao.DataAccessException} where the database is away.
 */
public interface Projects {

    /** Makes a project, where there is a tenant with this id. */
    Optional<Project> create(UUID tenantId, String name);

    /** The project with this id. */
    Optional<Project> find(UUID id);

    /**
     * A tenant's projects from the oldest on.
     *
     * @param after the project before the first one wanted, or {@code null} for the first of all
     * @param limit how many at most
     */
    List<Project> list(UUID tenantId, @Nullable UUID after, int limit);

    /** Gives a project another name, where there is one with this id. */
    Optional<Project> rename(UUID id, String name);

    /** Deletes a project; its keys open nothing from then on. */
    ProjectDeletion delete(UUID id);
}
