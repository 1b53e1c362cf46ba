/** The engine's face: load a model with {@code InferenceEngine}, submit a request, read its events. */
@NullMarked
package dev.perigee.engine;

import org.jspecify.annotations.NullMarked;
