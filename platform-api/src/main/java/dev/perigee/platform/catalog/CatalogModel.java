package dev.perigee.platform.catalog;

import org.jspecify.annotations.Nullable;

/**
 * A model that can be asked for.
 *
 * @param name what callers write
 * @param contextLength longest sequence in tokens, prompt and answer together
 * @param digest SHA-256 of the weights, hexadecimal, where known
 * @param licenseAttribution the name that its licence may oblige a product to show, or {@link #NO_ATTRIBUTION}
 */
public record CatalogModel(
        String name, int contextLength, @Nullable String digest, String licenseAttribution) {

    /** The header of every answer of the data plane that carries the name to display. */
    public static final String ATTRIBUTION_HEADER = "x-perigee-license-attribution";

    /** Stands where a model's licence asks for no name. */
    public static final String NO_ATTRIBUTION = "none";
}
