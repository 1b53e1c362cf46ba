/** Checkpoints on disk: opened, checked byte for byte, mapped, and bound to the roles that a model needs. */
@NullMarked
package dev.perigee.engine.weights;

import org.jspecify.annotations.NullMarked;
