/** The whole forward pass: a plan of tokens in, logits out. */
@NullMarked
package dev.perigee.engine.model;

import org.jspecify.annotations.NullMarked;
