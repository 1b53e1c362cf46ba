/** What a model is made of, as records. Imports nothing. */
@NullMarked
package dev.perigee.engine.config;

import org.jspecify.annotations.NullMarked;
