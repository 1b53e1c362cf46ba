package dev.perigee.engine;

import dev.perigee.engine.generation.GenerationEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One running request.
 *
 * <p>It never computes past the tokens granted to it: those of its request's limits, and what {@link #grant} adds. Out of grant it parks:
 * it keeps what it computed and blocks nobody, until more is granted, the grant is ended, or it is cancelled.
 *
 * <p>Threads: one reader at a time; everything but {@link #next} from any thread.
 */
public interface Generation {

    /** The request's id. */
    String id();

    /**
     * Waits for the next event.
     *
     * @return the event, or {@code null} where none came within the timeout, or at once where all were read and it is {@link #parked}
     * @throws IllegalStateException after the terminal event was returned
     * @throws InterruptedException if the reading thread is interrupted; the generation goes on
     */
    @Nullable
    GenerationEvent next(Duration timeout) throws InterruptedException;

    /**
     * Lets it generate so many tokens more, never past its request's largest length.
     *
     * @throws IllegalArgumentException where that is not at least one
     */
    void grant(int tokens);

    /**
     * Grants nothing more: it ends by {@link dev.perigee.engine.generation.FinishReason#LENGTH} at the last token granted, unless it ends
     * before. Idempotent.
     */
    void endGrant();

    /** Whether it has generated all that was granted and waits for more. */
    boolean parked();

    /** Stops the generation soon; it still ends with one terminal event that carries the exact usage. Idempotent. */
    void cancel();
}
