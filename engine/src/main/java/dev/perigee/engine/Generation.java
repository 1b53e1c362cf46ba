package dev.perigee.engine;

import dev.perigee.engine.generation.GenerationEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One running request.
 *
 * <p>Threads: one reader at a time; {@link #cancel()} from any thread.
 */
public interface Generation {

    /** The request's id. */
    String id();

    /**
     * Waits for the next event.
     *
     * @return the event, or {@code null} where none came within the timeout
     * @throws IllegalStateException after the terminal event was returned
     * @throws InterruptedException if the reading thread is interrupted; the generation goes on
     */
    @Nullable
    GenerationEvent next(Duration timeout) throws InterruptedException;

    /** Stops the generation soon; it still ends with one terminal event that carries the exact usage. Idempotent. */
    void cancel();
}
