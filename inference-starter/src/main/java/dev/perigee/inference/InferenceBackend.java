package dev.perigee.inference;

import dev.perigee.engine.Generation;
import dev.perigee.engine.generation.GenerationRequest;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenMeter;
import java.util.List;

/**
 * Something that generates: the engine in this process, or one behind the network.
 *
 * <p>Events: {@code Started}, any number of deltas, exactly one terminal event. Nothing else travels back.
 *
 * <p>Threads: every method from any thread.
 */
public interface InferenceBackend extends AutoCloseable {

    /** Takes a request on that nobody meters. */
    default Generation submit(GenerationRequest request) {
        return submit(request, TokenMeter.NONE);
    }

    /**
     * Takes a request on; its events come from the generation returned, which keeps to the tokens granted.
     *
     * @param meter hears what the generation takes, before anybody can see it
     * @throws RequestRejectedException where the backend does not take it (context, queue, closing); nothing was computed
     * @throws IllegalArgumentException where the request breaks the contract, by name and value
     */
    Generation submit(GenerationRequest request, TokenMeter meter);

    /** What can be asked for; never empty, the first is the default. */
    List<ServedModel> models();

    /** How many tokens this prompt has, chat template and tool declarations included. */
    int countTokens(Prompt prompt);

    /**
     * Ends generations with a terminal event, finished or failed, or refused where nothing was computed; then refuses every request.
     * Idempotent.
     */
    @Override
    void close();
}
