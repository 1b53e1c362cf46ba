/** Conversations: messages, tools, the templates that turn them into tokens and the parsers that turn tokens back. */
@NullMarked
package dev.perigee.engine.chat;

import org.jspecify.annotations.NullMarked;
