/**
 * Customers and their sub-accounts.
 *
 * <p><b>Owns</b>: the tables {@code platform.tenant} and {@code platform.project}. <b>Does not own</b>: keys, usage, money; others keep
 * tenants and projects by identifier only.
 *
 * <p><b>Invariants</b>: a tenant has one currency for ever and a default project for as long as it lives; what is deleted stays in the
 * database, out of sight, since charges point to it.
 *
 * <p><b>Times</b>: the database's clock. A tenant's days begin by its time zone.
 */
@ApplicationModule(
        displayName = "Tenancy",
        allowedDependencies = {})
@NullMarked
package dev.perigee.platform.tenancy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
