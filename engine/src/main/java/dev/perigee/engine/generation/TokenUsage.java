package dev.perigee.engine.generation;

/**
 * Tokens of one generation, counted by the engine.
 *
 * @param promptTokens all tokens of the prompt, cached ones included
 * @param cachedPromptTokens those of the prompt that were found in the prefix cache
 * @param outputTokens all generated tokens, reasoning included
 * @param reasoningTokens those of the output that were reasoning
 */
public record TokenUsage(int promptTokens, int cachedPromptTokens, int outputTokens, int reasoningTokens) {}
