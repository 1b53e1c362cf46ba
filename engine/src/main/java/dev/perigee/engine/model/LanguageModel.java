package dev.perigee.engine.model;

import dev.perigee.engine.kvcache.KvCache;
import dev.perigee.engine.tensor.FloatMatrix;

/**
 * Computes the next token's logits for many sequences at once.
 *
 * <p>Threads: one at a time.
 */
public interface LanguageModel extends AutoCloseable {

    /** Ids go from 0 to this, exclusive. */
    int vocabularySize();

    /** The longest sequence it can compute, in tokens. */
    int contextLength();

    /** The most tokens one step may compute. */
    int maxStepTokens();

    /** An empty cache of this model's layout in at most so many bytes, but of at least one page. */
    KvCache newCache(long bytes);

    /**
     * Computes a step: writes the tokens' latents into the cache, and logits where the plan wants them.
     *
     * <p>The same sequence gets the same logits, bit for bit, however its tokens are cut into steps and whatever else is in the plan.
     *
     * @param logits (at least {@link StepPlan#logitRows()}, vocabularySize)
     * @throws IllegalArgumentException where the plan has more tokens than {@link #maxStepTokens()}, a position beyond the context, or
     *     an id outside the vocabulary; nothing is computed then
     */
    void forward(StepPlan plan, KvCache cache, FloatMatrix logits);

    /**
     * Does a little of what loading put off, some milliseconds' worth, so that later steps are faster; no result depends on it. Called
     * between steps.
     *
     * @return whether there was anything to do
     */
    default boolean loadMore() {
        return false;
    }

    /** Gives weights and working memory back. */
    @Override
    void close();
}
