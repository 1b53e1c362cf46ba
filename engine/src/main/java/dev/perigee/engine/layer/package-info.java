/** The small layers of which every decoder layer is made. */
@NullMarked
package dev.perigee.engine.layer;

import org.jspecify.annotations.NullMarked;
