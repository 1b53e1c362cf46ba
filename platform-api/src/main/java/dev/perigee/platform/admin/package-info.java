/**
 * The admin API, {@code /admin/v1}: tenants, projects, keys, quotas, budgets, usage, prices, invoices and the audit log over HTTP.
 *
 * <p>Lists answer {@code {"data":[…],"has_more":…}} and take {@code limit} and {@code after}. Money is {@code {"amount":"1.5","currency":"USD"}},
 * times are RFC 3339 in UTC.
 *
 * <p><b>Owns</b>: wire names. <b>Does not own</b>: any rule; those are in the modules that it calls.
 *
 * <p><b>Invariants</b>: no field or query parameter is silently ignored; an id that is malformed, unknown or deleted is answered alike; every change
 * leaves an entry in the audit log, in the same transaction.
 */
@ApplicationModule(
        displayName = "Admin API",
        allowedDependencies = {"access", "apikey", "audit", "quota", "receipt", "tenancy", "web"})
@NullMarked
package dev.perigee.platform.admin;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
