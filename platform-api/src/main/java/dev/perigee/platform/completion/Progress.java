package dev.perigee.platform.completion;

import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;

/**
 * How far one generation is.
 *
 * <p>Threads: written by the backend's, read by any.
 */
final class Progress implements TokenMeter {

    private volatile int outputTokens;

    @Override
    public void count(TokenUsage soFar) {
        outputTokens = soFar.outputTokens();
    }

    /** Tokens generated so far; at least those of the events that were read. */
    int outputTokens() {
        return outputTokens;
    }
}
