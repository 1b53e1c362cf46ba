package dev.perigee.engine.generation;

import org.jspecify.annotations.Nullable;

/**
 * How the next token is drawn. A {@code null} means the model's own default ({@code generation_config.json}).
 *
 * @param temperature 0 is greedy; at most 2
 * @param topK keeps the k most probable tokens; 0 keeps all
 * @param topP keeps the smallest set whose probability reaches p; 1 keeps all
 * @param minP drops tokens less probable than p times the most probable; 0 keeps all
 * @param seed same request and seed, same tokens; a random one where {@code null}
 */
public record SamplingParameters(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Long seed) {

    public SamplingParameters {
        requireWithin("temperature", temperature, 0, 2);
        requireWithin("top_p", topP, 0, 1);
        requireWithin("min_p", minP, 0, 1);
        if (topK != null && topK < 0) {
            throw new IllegalArgumentException("top_k is " + topK + ", must not be negative");
        }
    }

    /** Everything left to the model's defaults. */
    public static SamplingParameters defaults() {
        return new SamplingParameters(null, null, null, null, null);
    }

    private static void requireWithin(String name, @Nullable Double value, double low, double high) {
        if (value != null && !(value >= low && value <= high)) {
            throw new IllegalArgumentException(name + " is " + value + ", must lie between " + low + " and " + high);
        }
    }
}
