package dev.perigee.engine.config;

import org.jspecify.annotations.Nullable;

/**
 * Rotary positions.
 *
 * @param ropeTheta base of the frequencies
 * @param yarn how they are stretched for a longer context, or {@code null} for not at all
 */
public record RopeConfig(double ropeTheta, @Nullable YarnConfig yarn) {

    private static final double MAX_THETA = 1e12;

    public RopeConfig {
        Bound.check("rope_theta", ropeTheta, 1.0 + 1e-6, MAX_THETA);
    }
}
