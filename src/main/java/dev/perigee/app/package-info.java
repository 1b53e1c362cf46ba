/** The runnable application: one main class, from which a command line chooses what to do. */
@NullMarked
package dev.perigee.app;

import org.jspecify.annotations.NullMarked;
