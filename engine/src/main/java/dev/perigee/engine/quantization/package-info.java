/** The weight formats, each with its reference decoder to float32. */
@NullMarked
package dev.perigee.engine.quantization;

import org.jspecify.annotations.NullMarked;
