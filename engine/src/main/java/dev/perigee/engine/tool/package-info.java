/** What the command line offers beside serving: one generation, tokens of a text, a look into a model, raw logits, its speed. */
@NullMarked
package dev.perigee.engine.tool;

import org.jspecify.annotations.NullMarked;
