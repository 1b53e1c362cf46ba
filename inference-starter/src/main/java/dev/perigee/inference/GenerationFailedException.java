package dev.perigee.inference;

import dev.perigee.engine.generation.TokenUsage;

/** A generation that a backend took on and could not finish. */
public final class GenerationFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient TokenUsage usage;

    /**
     * @param message what went wrong, as the backend says it
     * @param usage what was generated before
     */
    public GenerationFailedException(String message, TokenUsage usage) {
        super(message);
        this.usage = usage;
    }

    /** What was generated before it failed. */
    public TokenUsage usage() {
        return usage;
    }
}
