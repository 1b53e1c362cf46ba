package dev.perigee.engine.model;

import dev.perigee.engine.kernel.KernelOptions;

/**
 * How a transformer is set up.
 *
 * @param kernels which kernels compute
 * @param maxStepTokens the most tokens of one step; sizes the working memory
 * @param maxContext the longest sequence in tokens, or 0 for the model's own maximum; never above it
 */
public record TransformerOptions(KernelOptions kernels, int maxStepTokens, int maxContext) {

    public TransformerOptions {
        if (maxStepTokens < 1) {
            throw new IllegalArgumentException("maxStepTokens is " + maxStepTokens + ", at least 1");
        }
        if (maxContext < 0) {
            throw new IllegalArgumentException("maxContext is " + maxContext + ", at least 0");
        }
    }
}
