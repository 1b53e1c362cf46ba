package dev.perigee.engine.sampling;

import dev.perigee.engine.generation.SamplingParameters;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * How tokens are drawn, with nothing left open; see {@link SamplingParameters} for what each means.
 *
 * @param temperature 0 is greedy
 * @param topK 0 keeps all
 * @param topP 1 keeps all
 * @param minP 0 keeps all
 * @param seed of this request's own random numbers
 */
public record SamplingSettings(double temperature, int topK, double topP, double minP, long seed) {

    /**
     * What was asked for, then what the model's files say, then keeping all.
     *
     * @param temperature where neither names one
     */
    public static SamplingSettings resolve(SamplingParameters asked, SamplingParameters model, double temperature) {
        return new SamplingSettings(
                first(asked.temperature(), model.temperature(), temperature),
                first(asked.topK(), model.topK(), 0),
                first(asked.topP(), model.topP(), 1.0),
                first(asked.minP(), model.minP(), 0.0),
                first(asked.seed(), null, ThreadLocalRandom.current().nextLong()));
    }

    private static <T> T first(@Nullable T asked, @Nullable T model, T otherwise) {
        if (asked != null) {
            return asked;
        }
        return model != null ? model : otherwise;
    }
}
