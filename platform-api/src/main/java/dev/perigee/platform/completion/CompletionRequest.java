package dev.perigee.platform.completion;

import dev.perigee.engine.generation.OutputConstraint;
import dev.perigee.engine.generation.Prompt;
import dev.perigee.engine.generation.SamplingParameters;
import dev.perigee.platform.access.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for, whatever the dialect.
 *
 * @param id the request's id, in usage, reservation, log and answer alike
 * @param caller who asks, and for whom
 * @param model the model's name
 * @param prompt the conversation
 * @param sampling how tokens are drawn
 * @param output what the answer must be like
 */
public record CompletionRequest(
        String id, CallerContext caller, String model, Prompt prompt, SamplingParameters sampling, Output output) {

    /**
     * What the answer must be like.
     *
     * @param maxTokens most tokens to generate, or {@code null} for what the context and the platform's bound leave
     * @param stop texts that end the answer
     * @param form what form it must have
     */
    public record Output(@Nullable Integer maxTokens, List<String> stop, OutputConstraint form) {

        public Output {
            stop = List.copyOf(stop);
        }
    }

    /**
     * Who asks, and for whom.
     *
     * @param caller the authenticated caller
     * @param endUser the caller's own name for the person behind the request; only its keyed hash is kept
     * @param repeatable by what a repetition is known, or {@code null} where each request is a new one
     */
    public record CallerContext(
            Caller caller,
            @Nullable String endUser,
            @Nullable Repeatable repeatable) {}

    /**
     * By what a repetition of this request is known; only keyed hashes are kept.
     *
     * @param key the caller's idempotency key
     * @param content all that is asked for, as text, the same for the same request
     */
    public record Repeatable(String key, String content) {}
}
