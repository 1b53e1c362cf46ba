/** The bundled model, packed beside these classes under {@code META-INF/perigee/moonlet}. */
@NullMarked
package dev.perigee.moonlet;

import org.jspecify.annotations.NullMarked;
