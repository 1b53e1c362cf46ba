package dev.perigee.platform.completion;

import dev.perigee.billing.metering.MeasuredUsage;
import dev.perigee.billing.metering.UsageSlot;
import dev.perigee.engine.generation.TokenMeter;
import dev.perigee.engine.generation.TokenUsage;

/**
 * How far one generation is, kept in its slot of the usage journal, where it outlives this process.
 *
 * <p>Threads: written by the backend's, read by any.
 */
final class Progress implements TokenMeter {

    private final UsageSlot slot;
    private volatile int outputTokens;

    Progress(UsageSlot slot) {
        this.slot = slot;
    }

    @Override
    public void count(TokenUsage soFar) {
        slot.count(measured(soFar));
        outputTokens = soFar.outputTokens();
    }

    /** Tokens generated so far; at least those of the events that were read. */
    int outputTokens() {
        return outputTokens;
    }

    /** The engine's figures in billing's disjoint parts. */
    static MeasuredUsage measured(TokenUsage usage) {
        return new MeasuredUsage(
                usage.promptTokens() - usage.cachedPromptTokens(),
                usage.cachedPromptTokens(),
                usage.outputTokens() - usage.reasoningTokens(),
                usage.reasoningTokens());
    }
}
