/** The router and the routed and shared experts. */
@NullMarked
package dev.perigee.engine.moe;

import org.jspecify.annotations.NullMarked;
