package dev.perigee.platform.openai;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.platform.completion.CompletionRefusal;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Words and figures that streamed and collected answers share. */
final class Answers {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    private Answers() {}

    /** OpenAI's word; a cancelled answer has none. */
    static String finishReason(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CANCELLED -> throw new AssertionError("a cancelled answer is told as an error");
        };
    }

    /** OpenAI's {@code usage}: prompt tokens include the cached ones, completion tokens the reasoning ones. */
    static ObjectNode usage(TokenUsage usage) {
        ObjectNode node = Json.object();
        node.put("prompt_tokens", usage.promptTokens()).put("completion_tokens", usage.outputTokens());
        node.put("total_tokens", usage.promptTokens() + usage.outputTokens());
        node.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedPromptTokens());
        node.putObject("completion_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
        return node;
    }

    /** Names the budget that cut an answer which ended by its length. */
    static void tellLimit(ObjectNode answer, FinishReason reason, @Nullable String limitSource) {
        if (limitSource != null && reason == FinishReason.LENGTH) {
            answer.putObject("perigee").put("limit_source", limitSource);
        }
    }

    /** The answer broke; why is for the log, not for the caller. */
    static Problem failed() {
        return Problem.of(
                ProblemKind.INTERNAL,
                "generation_failed",
                "The generation failed; the server's log says why under x-request-id.");
    }

    /** The server ended the answer. */
    static Problem cancelled() {
        return Problem.of(
                ProblemKind.UNAVAILABLE, "generation_cancelled", "The server ended the answer; it is shutting down.");
    }

    private static Problem repeated(CompletionRefusal.RepeatedKey refusal, String message) {
        return switch (refusal.repetition()) {
            case OF_ANOTHER_REQUEST -> Problem.of(ProblemKind.UNPROCESSABLE, "idempotency_key_reused", message);
            case OF_A_RUNNING_ONE ->
                Problem.of(ProblemKind.CONFLICT, "idempotency_key_in_use", message)
                        .retryAfter(PAUSE);
            case OF_A_BILLED_ONE -> Problem.of(ProblemKind.CONFLICT, "idempotency_key_billed", message);
        };
    }

    /** Why the request was not taken. */
    static Problem refused(CompletionRefusal refusal) {
        String message = refusal.message();
        return switch (refusal) {
            case CompletionRefusal.UnknownModel r ->
                Problem.of(ProblemKind.NOT_FOUND, "model_not_found", message).about("model");
            case CompletionRefusal.ModelNotAllowed r ->
                Problem.of(ProblemKind.FORBIDDEN, "model_not_allowed", message).about("model");
            case CompletionRefusal.ContextLengthExceeded r ->
                Problem.invalid("context_length_exceeded", "messages", message);
            case CompletionRefusal.RateLimited r -> RateLimits.refused(r.exhausted(), message);
            case CompletionRefusal.Unpriced r -> Problem.invalid("unpriced_model", "model", message);
            case CompletionRefusal.BudgetExhausted r -> BudgetRefusals.refused(r.standing(), message);
            case CompletionRefusal.RepeatedKey r -> repeated(r, message);
            case CompletionRefusal.Overloaded r ->
                Problem.of(ProblemKind.UNAVAILABLE, "overloaded", message).retryAfter(PAUSE);
            case CompletionRefusal.Withdrawn r -> Problem.of(ProblemKind.UNAVAILABLE, "request_withdrawn", message);
        };
    }
}
