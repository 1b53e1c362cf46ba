package dev.perigee.billing.budget;

import dev.perigee.billing.metering.LimitScope;
import java.time.ZoneId;
import java.util.UUID;

/**
 * Whose budgets are meant.
 *
 * @param tenantId the tenant that the scope belongs to
 * @param scope key, project or tenant
 * @param scopeId which one
 * @param timeZone where the tenant's days and months begin
 */
public record BudgetOwner(UUID tenantId, LimitScope scope, UUID scopeId, ZoneId timeZone) {}
