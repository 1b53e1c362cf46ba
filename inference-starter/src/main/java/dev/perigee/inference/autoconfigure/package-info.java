/**
 * Makes an engine and a chat model beans of a Spring Boot application.
 *
 * <p>Switched by {@code spring.ai.model.chat=perigee}, which is also the default; configured by {@code perigee.*}, each property
 * described in {@link dev.perigee.inference.autoconfigure.PerigeeProperties}.
 */
@NullMarked
package dev.perigee.inference.autoconfigure;

import org.jspecify.annotations.NullMarked;
