package dev.perigee.engine.sampling;

/**
 * Changes logits before a token is drawn from them.
 *
 * <p>Threads: the engine's thread only.
 */
public interface LogitsProcessor {

    /** Changes the logits in place; an id set to negative infinity cannot be drawn. */
    void process(float[] logits);

    /** Hears which token was drawn. */
    default void drawn(int id) {}
}
