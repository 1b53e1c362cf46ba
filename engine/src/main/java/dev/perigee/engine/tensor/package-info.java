/** Shapes, element types and views over memory outside the heap: the lowest floor of the engine. */
@NullMarked
package dev.perigee.engine.tensor;

import org.jspecify.annotations.NullMarked;
