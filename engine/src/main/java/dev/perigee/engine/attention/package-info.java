/** Multi-head latent attention over the latent cache, with rotary positions and YaRN. */
@NullMarked
package dev.perigee.engine.attention;

import org.jspecify.annotations.NullMarked;
