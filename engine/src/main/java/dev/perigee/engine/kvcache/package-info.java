/** The latent cache: pages of fixed size, handed out and taken back. */
@NullMarked
package dev.perigee.engine.kvcache;

import org.jspecify.annotations.NullMarked;
