/** Whose tokens are computed next: sequences, their fair turns, the time they have, and the one thread that owns them. */
@NullMarked
package dev.perigee.engine.scheduler;

import org.jspecify.annotations.NullMarked;
