package dev.perigee.inference.chat;

import dev.perigee.engine.Generation;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.GenerationRequest;
import io.micrometer.observation.Observation;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;

/**
 * One request and its answer, watched.
 *
 * @param request what is asked of the backend
 * @param answer what came so far
 * @param context what the observation knows
 * @param observation not yet started
 */
record Exchange(
        GenerationRequest request, Answer answer, ChatModelObservationContext context, Observation observation) {

    private static final Duration ONE_LOOK = Duration.ofMinutes(1);

    /**
     * Reads a generation to its end on this thread; one that is left before its end is cancelled.
     *
     * @param chunks takes every piece as it comes
     * @return the whole answer
     */
    ChatResponse read(Generation generation, Consumer<ChatResponse> chunks) {
        boolean ended = false;
        try {
            while (!ended) {
                GenerationEvent event = generation.next(ONE_LOOK);
                if (event != null) {
                    ended = event.terminal();
                    take(event, chunks);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } finally {
            if (!ended) {
                generation.cancel();
            }
        }
        return answer.whole();
    }

    private void take(GenerationEvent event, Consumer<ChatResponse> chunks) {
        ChatResponse chunk = answer.accept(event);
        if (event.terminal()) {
            context.setResponse(answer.whole());
        }
        if (chunk != null) {
            chunks.accept(chunk);
        }
    }

    private static CancellationException interrupted(InterruptedException cause) {
        CancellationException cancelled = new CancellationException("interrupted while waiting for the answer");
        cancelled.initCause(cause);
        return cancelled;
    }

    /** Starts the observation as a child of another one, where there is one. */
    void startBelow(@Nullable Observation parent) {
        observation.parentObservation(parent);
        try (Observation.Scope _ = parent == null ? Observation.Scope.NOOP : parent.openScope()) {
            observation.start();
        }
    }
}
