package dev.perigee.platform.openai;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.platform.completion.CompletionRefusal;
import dev.perigee.platform.web.Json;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Turns the events of one answer into the chunks of a stream. */
final class ChatCompletionChunks {

    private final AnswerHead head;
    private final boolean includeUsage;
    private final Supplier<@Nullable String> limitSource;

    /**
     * Chunks of an answer.
     *
     * @param limitSource the budget that cut it, asked for where it ended by its length
     */
    ChatCompletionChunks(AnswerHead head, boolean includeUsage, Supplier<@Nullable String> limitSource) {
        this.head = head;
        this.includeUsage = includeUsage;
        this.limitSource = limitSource;
    }

    /** The chunks of this event, in order. */
    List<ObjectNode> of(GenerationEvent event) {
        return switch (event) {
            case GenerationEvent.Started e ->
                List.of(delta(Json.object().put("role", "assistant").put("content", "")));
            case GenerationEvent.ReasoningDelta e -> List.of(delta(Json.object().put("reasoning_content", e.text())));
            case GenerationEvent.TextDelta e -> List.of(delta(Json.object().put("content", e.text())));
            case GenerationEvent.ToolCallStarted e -> List.of(delta(callStart(e)));
            case GenerationEvent.ToolCallArgumentsDelta e -> List.of(delta(callArguments(e)));
            case GenerationEvent.Finished e -> finish(e.reason(), e.usage());
            case GenerationEvent.Failed e -> List.of(OpenAiErrorDialect.body(Answers.failed()));
            case GenerationEvent.Refused e ->
                List.of(OpenAiErrorDialect.body(Answers.refused(CompletionRefusal.of(e.rejection()))));
        };
    }

    private List<ObjectNode> finish(FinishReason reason, TokenUsage usage) {
        if (reason == FinishReason.CANCELLED) {
            return List.of(OpenAiErrorDialect.body(Answers.cancelled()));
        }
        ObjectNode last = chunk(Json.object(), Answers.finishReason(reason));
        Answers.tellLimit(last, reason, limitSource.get());
        if (!includeUsage) {
            return List.of(last);
        }
        ObjectNode figures = head.write("chat.completion.chunk");
        figures.putArray("choices");
        figures.set("usage", Answers.usage(usage));
        return List.of(last, figures);
    }

    private static ObjectNode callStart(GenerationEvent.ToolCallStarted event) {
        ObjectNode delta = Json.object();
        ObjectNode call = delta.putArray("tool_calls").addObject();
        call.put("index", event.index()).put("id", event.id()).put("type", "function");
        call.putObject("function").put("name", event.name()).put("arguments", "");
        return delta;
    }

    private static ObjectNode callArguments(GenerationEvent.ToolCallArgumentsDelta event) {
        ObjectNode delta = Json.object();
        ObjectNode call = delta.putArray("tool_calls").addObject();
        call.put("index", event.index());
        call.putObject("function").put("arguments", event.json());
        return delta;
    }

    private ObjectNode delta(ObjectNode delta) {
        return chunk(delta, null);
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = head.write("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs");
        choice.put("finish_reason", finishReason);
        if (includeUsage) {
            chunk.putNull("usage");
        }
        return chunk;
    }
}
