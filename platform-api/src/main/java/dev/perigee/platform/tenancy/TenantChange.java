package dev.perigee.platform.tenancy;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What is to become different; {@code null} stays as it is.
 *
 * @param name the new name
 * @param timeZone the new time zone; reports of the past then count by it too
 */
public record TenantChange(@Nullable String name, @Nullable ZoneId timeZone) {

    public TenantChange {
        if (name != null) {
            Names.check(name);
        }
    }
}
