/** How far a long piece of work has come: a bar on a terminal, log lines elsewhere. */
@NullMarked
package dev.perigee.engine.progress;

import org.jspecify.annotations.NullMarked;
