package dev.perigee.billing.charging;

import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one group. Dimensions that the query did not group by are {@code null}.
 *
 * @param day calendar day of admission in the query's time zone
 * @param model the model
 * @param projectId the project
 * @param apiKeyId the key
 * @param sums the group's sums
 */
public record UsageGroup(
        @Nullable LocalDate day,
        @Nullable String model,
        @Nullable UUID projectId,
        @Nullable UUID apiKeyId,
        UsageSums sums) {}
