package dev.perigee.inference.chat;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.RequestRejectedException;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.inference.GenerationFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * The way out: events turned into responses, one by one for a stream, and the whole at the end.
 *
 * <p>Tool calls stand whole in the last response, since Spring AI joins no pieces of them. A call that was cut short is left out; the
 * finish reason tells that the answer is not complete.
 *
 * <p>Threads: one.
 */
final class Answer {

    /** Where Spring AI's own OpenAI model keeps the reasoning so far, in a message's metadata. */
    static final String REASONING_CONTENT = "reasoningContent";

    private final String id;
    private final String model;
    private final StringBuilder text = new StringBuilder();
    private final List<CallSoFar> calls = new ArrayList<>();
    private String reasoning = "";
    private GenerationEvent.@Nullable Finished end;

    Answer(String id, String model) {
        this.id = id;
        this.model = model;
    }

    /**
     * Takes the next event.
     *
     * @return what a stream hands on for it, {@code null} for nothing
     * @throws GenerationFailedException for a failure
     * @throws RequestRejectedException for a request that was not begun
     */
    @Nullable
    ChatResponse accept(GenerationEvent event) {
        return switch (event) {
            case GenerationEvent.Started _ -> null;
            case GenerationEvent.ReasoningDelta delta -> {
                reasoning += delta.text();
                yield response("", List.of(), null);
            }
            case GenerationEvent.TextDelta delta -> {
                text.append(delta.text());
                yield response(delta.text(), List.of(), null);
            }
            case GenerationEvent.ToolCallStarted started -> {
                calls.add(new CallSoFar(started.id(), started.name(), new StringBuilder()));
                yield null;
            }
            case GenerationEvent.ToolCallArgumentsDelta delta -> {
                calls.get(delta.index()).arguments().append(delta.json());
                yield null;
            }
            case GenerationEvent.Finished finished -> {
                end = finished;
                yield response("", wholeCalls(finished.reason()), finished);
            }
            case GenerationEvent.Failed failed -> throw new GenerationFailedException(failed.message(), failed.usage());
            case GenerationEvent.Refused refused -> throw new RequestRejectedException(refused.rejection());
        };
    }

    /** Everything that came, after the end. */
    ChatResponse whole() {
        if (end == null) {
            throw new IllegalStateException("the answer " + id + " has not ended");
        }
        return response(text.toString(), wholeCalls(end.reason()), end);
    }

    private List<AssistantMessage.ToolCall> wholeCalls(FinishReason reason) {
        boolean lastIsCut = reason != FinishReason.TOOL_CALLS
                && !calls.isEmpty()
                && !JsonText.isObject(calls.getLast().arguments().toString());
        List<CallSoFar> whole = lastIsCut ? calls.subList(0, calls.size() - 1) : calls;
        return whole.stream().map(CallSoFar::whole).toList();
    }

    private ChatResponse response(
            String content, List<AssistantMessage.ToolCall> toolCalls, GenerationEvent.@Nullable Finished finished) {
        AssistantMessage message = AssistantMessage.builder()
                .content(content)
                .properties(reasoning.isEmpty() ? Map.of() : Map.of(REASONING_CONTENT, reasoning))
                .toolCalls(toolCalls)
                .build();
        ChatResponseMetadata.Builder metadata =
                ChatResponseMetadata.builder().id(id).model(model);
        if (finished == null) {
            return new ChatResponse(List.of(new Generation(message)), metadata.build());
        }
        ChatGenerationMetadata ending = ChatGenerationMetadata.builder()
                .finishReason(finished.reason().name())
                .build();
        return new ChatResponse(
                List.of(new Generation(message, ending)),
                metadata.usage(usage(finished.usage())).build());
    }

    private static DefaultUsage usage(TokenUsage usage) {
        return new DefaultUsage(
                usage.promptTokens(), usage.outputTokens(), null, usage, (long) usage.cachedPromptTokens(), null);
    }

    private record CallSoFar(String id, String name, StringBuilder arguments) {

        AssistantMessage.ToolCall whole() {
            return new AssistantMessage.ToolCall(id, "function", name, arguments.toString());
        }
    }
}
