package dev.perigee.platform.tenancy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The platform's tenants.
 *
 * <p>A deleted tenant is as good as unknown here. Threads: safe. Errors: {@link org.springframework.dao.DataAccessException} where the
 * database is away.
 */
public interface Tenants {

    /** Makes a tenant with its default project. */
    Tenant create(NewTenant tenant);

    /** The tenant with this id. */
    Optional<Tenant> find(UUID id);

    /** The tenant with this id, also where it was deleted: what it used is still to be billed. */
    Optional<Tenant> findEver(UUID id);

    /**
     * Tenants from the oldest on.
     *
     * @param after the tenant before the first one wanted, or {@code null} for the first of all
     * @param limit how many at most
     */
    List<Tenant> list(@Nullable UUID after, int limit);

    /** Changes a tenant, where there is one with this id. */
    Optional<Tenant> change(UUID id, TenantChange change);

    /** Deletes a tenant; its keys open nothing from then on. Whether there was one with this id. */
    boolean delete(UUID id);

    /** The tenant, where it is there and has this project. */
    Optional<Tenant> findWithProject(UUID id, UUID projectId);
}
