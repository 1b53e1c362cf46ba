/** What the command line offers; each command is a thin face of one of the engine's tools, or starts the platform. */
@NullMarked
package dev.perigee.app.command;

import org.jspecify.annotations.NullMarked;
