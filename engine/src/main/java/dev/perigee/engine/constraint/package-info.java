/**
 * JSON schemas as token masks: which tokens may come next so that an answer obeys its schema.
 *
 * <p>A schema is first read into clauses, one for each type a value may have; these become rules, a byte-level automaton with a
 * stack; a walk of the vocabulary's trie along that automaton gives the mask.
 *
 * <p>What is let through is JSON in one written form. White space: at most one space behind a colon or a comma, none elsewhere.
 * Keys come in any order, none twice. Keys, and text under a pattern, a format or an enumeration, are written without needless
 * escapes. Numbers have at most 18 digits before the point and 17 behind it; integers have no point; an exponent, of at most two
 * digits, stands only in numbers that nothing bounds. Values nest at most 64 deep.
 *
 * <p>Does not own: what a schema means to a prompt, and who asked for it.
 */
@NullMarked
package dev.perigee.engine.constraint;

import org.jspecify.annotations.NullMarked;
