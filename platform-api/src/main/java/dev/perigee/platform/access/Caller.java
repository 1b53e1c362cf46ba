package dev.perigee.platform.access;

import java.util.Currency;
import java.util.Set;
import java.util.UUID;

/**
 * Who makes a request of the data plane; the principal of its authentication.
 *
 * @param tenantId the customer
 * @param projectId the customer's sub-account that pays
 * @param apiKeyId the credential that was used
 * @param currency the tenant's one currency
 * @param models the models that the key may ask for; empty for all
 */
public record Caller(UUID tenantId, UUID projectId, UUID apiKeyId, Currency currency, Set<String> models) {

    public Caller {
        models = Set.copyOf(models);
    }

    /** Whether the key may ask for this model. */
    public boolean mayUse(String model) {
        return models.isEmpty() || models.contains(model);
    }
}
