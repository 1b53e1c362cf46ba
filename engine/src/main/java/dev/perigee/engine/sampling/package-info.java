/** Draws the next token from the logits, and knows when an answer ends. */
@NullMarked
package dev.perigee.engine.sampling;

import org.jspecify.annotations.NullMarked;
