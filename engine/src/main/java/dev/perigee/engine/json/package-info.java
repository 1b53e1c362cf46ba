/** Reads JSON that comes with a model: one set of bounds for every file. */
@NullMarked
package dev.perigee.engine.json;

import org.jspecify.annotations.NullMarked;
