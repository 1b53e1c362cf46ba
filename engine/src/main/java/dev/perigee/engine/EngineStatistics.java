package dev.perigee.engine;

/**
 * What an engine is doing, at one moment.
 *
 * @param waiting requests that wait for a place
 * @param running sequences that compute
 * @param promptTokens tokens of all prompts accepted since the engine was opened
 * @param generatedTokens tokens generated since then
 * @param freePages pages of the latent cache that nobody holds
 * @param pages pages of the latent cache
 */
public record EngineStatistics(
        int waiting, int running, long promptTokens, long generatedTokens, int freePages, int pages) {}
