package dev.perigee.billing.charging;

import java.util.List;

/**
 * What a tenant used.
 *
 * @param total sums over everything
 * @param groups sums by group, by day, model, project and key in ascending order; they add up to the total
 */
public record UsageSummary(UsageSums total, List<UsageGroup> groups) {

    public UsageSummary {
        groups = List.copyOf(groups);
    }
}
