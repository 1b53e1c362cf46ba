package dev.perigee.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a loaded model is.
 *
 * @param name the model's own name, or its folder's where the files give none
 * @param contextLength longest sequence in tokens, prompt and answer together
 * @param parameters how many weights, all experts included
 * @param digest SHA-256, hexadecimal: of the one file, or of what {@code sha256sum} prints of all files; {@code null} where the options
 *     name no folder to keep it in
 */
public record ModelDescription(
        String name,
        int contextLength,
        long parameters,
        @Nullable String digest) {}
