package dev.perigee.inference;

import org.jspecify.annotations.Nullable;

/**
 * A model that a backend answers with.
 *
 * @param name what callers write to ask for it
 * @param contextLength longest sequence in tokens, prompt and answer together
 * @param digest SHA-256 of the weights, hexadecimal; {@code null} where the backend does not hold them itself
 */
public record ServedModel(
        String name, int contextLength, @Nullable String digest) {}
