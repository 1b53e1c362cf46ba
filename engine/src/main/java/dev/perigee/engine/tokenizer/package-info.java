/** Text to token ids and back, for vocabularies in tiktoken form with K2's split pattern and control tokens. */
@NullMarked
package dev.perigee.engine.tokenizer;

import org.jspecify.annotations.NullMarked;
