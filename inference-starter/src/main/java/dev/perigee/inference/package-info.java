/**
 * Where generations come from: {@link dev.perigee.inference.InferenceBackend} is the port, everything above it asks nothing else.
 *
 * <p>{@link dev.perigee.inference.EmbeddedBackend} answers from the engine in this process. Remote and routing backends are further
 * implementations of the same port; callers do not change for them.
 */
@NullMarked
package dev.perigee.inference;

import org.jspecify.annotations.NullMarked;
