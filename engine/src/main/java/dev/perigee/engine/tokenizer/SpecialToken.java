package dev.perigee.engine.tokenizer;

/**
 * A token that stands for no text of its own: only templates place it, only models emit it.
 *
 * @param id its token id
 * @param text how it is spelled
 */
public record SpecialToken(int id, String text) {}
