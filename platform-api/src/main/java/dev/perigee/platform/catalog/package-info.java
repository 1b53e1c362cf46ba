/**
 * The models that are served, and what their licences ask for.
 *
 * <p><b>Owns</b>: which model names can be asked for; the header {@code x-perigee-license-attribution}. <b>Does not own</b>: the models (the backend does), their prices (billing does).
 */
@ApplicationModule(
        displayName = "Catalog",
        allowedDependencies = {})
@NullMarked
package dev.perigee.platform.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
