package dev.perigee.engine.model;

import dev.perigee.engine.kernel.KernelOptions;
import dev.perigee.engine.progress.Progress;

/**
 * How a transformer is set up.
 *
 * @param kernels which kernels compute
 * @param maxStepTokens the most tokens of one step; sizes the working memory
 * @param maxContext the longest sequence in tokens, or 0 for the model's own maximum; never above it
 * @param latentNormEps epsilon of the norms of the compressed query and the latent, or 0 for the model's {@code rms_norm_eps}, which
 *     vLLM, SGLang and llama.cpp take; Hugging Face transformers takes 1e-6
 * @param expandedPrompts whether attention of prompts is computed expanded where that is faster: then how a prompt is cut, and what of it was in
 *     the cache, shows in the last bits of its logits
 * @param progress hears how far the weights are loaded
 */
public record TransformerOptions(
        KernelOptions kernels,
        int maxStepTokens,
        int maxContext,
        double latentNormEps,
        boolean expandedPrompts,
        Progress progress) {

    public TransformerOptions {
        if (maxStepTokens < 1) {
            throw new IllegalArgumentException("maxStepTokens is " + maxStepTokens + ", at least 1");
        }
        if (maxContext < 0) {
            throw new IllegalArgumentException("maxContext is " + maxContext + ", at least 0");
        }
        if (!(latentNormEps >= 0 && latentNormEps < 1)) {
            throw new IllegalArgumentException("latentNormEps is " + latentNormEps + ", at least 0 and below 1");
        }
    }

    /** Options under which every norm takes the model's own epsilon, and nobody hears of progress. */
    public TransformerOptions(KernelOptions kernels, int maxStepTokens, int maxContext) {
        this(kernels, maxStepTokens, maxContext, 0, false, Progress.NONE);
    }

    /** The same with this epsilon of the norms inside attention. */
    public TransformerOptions withLatentNormEps(double epsilon) {
        return new TransformerOptions(kernels, maxStepTokens, maxContext, epsilon, expandedPrompts, progress);
    }

    /** The same with attention of prompts expanded or not. */
    public TransformerOptions withExpandedPrompts(boolean expanded) {
        return new TransformerOptions(kernels, maxStepTokens, maxContext, latentNormEps, expanded, progress);
    }
}
