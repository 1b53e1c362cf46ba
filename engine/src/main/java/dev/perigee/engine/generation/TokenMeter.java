package dev.perigee.engine.generation;

/**
 * Hears what a generation has taken so far, before anybody can see it: its prompt when it is taken on, then each token drawn.
 *
 * <p>Invariants: what it hears last is what the terminal event tells; of a request that is {@link GenerationEvent.Refused refused} nothing
 * was computed, its prompt neither.
 *
 * <p>Threads: the backend's, one call at a time for a generation. It must return at once and throw nothing.
 */
@FunctionalInterface
public interface TokenMeter {

    /** Counts nothing. */
    TokenMeter NONE = soFar -> {};

    /** Takes the figures of this moment. */
    void count(TokenUsage soFar);
}
