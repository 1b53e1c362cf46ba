/**
 * Who is calling, and what they may reach.
 *
 * <p>{@code /v1/**} takes an API key ({@code Authorization: Bearer} or {@code x-api-key}; both only where they are equal), {@code /admin/v1/**}
 * the admin token ({@code Authorization: Bearer}); health, Prometheus and the API's description take nothing; the console brings a chain of
 * its own; whatever else is asked for is not there.
 *
 * <p><b>Owns</b>: the filter chains, {@code admin-token} in the data directory. <b>Does not own</b>: keys and tenants.
 *
 * <p><b>Invariants</b>: no session and no cookie on either API; every credential that does not open is answered alike, whatever is wrong with
 * it; a credential is never logged and never part of an answer.
 */
@ApplicationModule(
        displayName = "Access",
        allowedDependencies = {"apikey", "secret", "tenancy", "web"})
@NullMarked
package dev.perigee.platform.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
