package dev.perigee.engine;

import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.RequestRejectedException;

/**
 * A loaded model that answers requests.
 *
 * <pre>{@code
 * try (InferenceEngine engine = InferenceEngine.open(EngineOptions.of(folder))) {
 *     Generation generation = engine.submit(request);
 *     …
 * }
 * }</pre>
 *
 * <p>Threads: every method from any thread.
 */
public final class InferenceEngine implements AutoCloseable {

    private InferenceEngine() {}

    /**
     * Loads a model and starts its one thread.
     *
     * @throws ModelLoadException where the model cannot be loaded: what is wrong, where, what to do
     */
    public static InferenceEngine open(EngineOptions options) {
        throw new UnsupportedOperationException("being written: " + options);
    }

    /**
     * Takes a request on; its events come from the generation returned.
     *
     * @throws RequestRejectedException where the prompt is longer than the context, too many wait, or the engine is closed
     * @throws IllegalArgumentException where the request breaks the contract, by name and value
     */
    public Generation submit(GenerationRequest request) {
        throw new UnsupportedOperationException("being written: " + request);
    }

    /** How many tokens this prompt has. */
    public int countTokens(Prompt prompt) {
        throw new UnsupportedOperationException("being written: " + prompt);
    }

    /** What was loaded. */
    public ModelDescription modelDescription() {
        throw new UnsupportedOperationException("being written");
    }

    /** What it is doing now. */
    public EngineStatistics statistics() {
        throw new UnsupportedOperationException("being written");
    }

    /** Ends running generations with a terminal event and gives all memory back. Idempotent. */
    @Override
    public void close() {}
}
