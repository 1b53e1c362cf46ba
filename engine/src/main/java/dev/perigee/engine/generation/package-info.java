/** What a caller asks of a backend, and what comes back: one request type in, one sealed event type out. */
@NullMarked
package dev.perigee.engine.generation;

import org.jspecify.annotations.NullMarked;
