package dev.perigee.platform.openai;

import dev.perigee.engine.generation.FinishReason;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.TokenUsage;
import dev.perigee.platform.completion.CompletionRefusal;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.ProblemException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Gathers the events of one answer into one object. */
final class ChatCompletionCollector {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Call> calls = new ArrayList<>();

    private record Call(String id, String name, StringBuilder arguments) {}

    /** Takes the next event that is not the last. */
    void add(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.TextDelta e -> text.append(e.text());
            case GenerationEvent.ReasoningDelta e -> reasoning.append(e.text());
            case GenerationEvent.ToolCallStarted e -> calls.add(new Call(e.id(), e.name(), new StringBuilder()));
            case GenerationEvent.ToolCallArgumentsDelta e ->
                calls.get(e.index()).arguments().append(e.json());
            case GenerationEvent.Started e -> {}
            case GenerationEvent.Finished e -> {}
            case GenerationEvent.Failed e -> throw new ProblemException(Answers.failed());
            case GenerationEvent.Refused e ->
                throw new ProblemException(Answers.refused(CompletionRefusal.of(e.rejection())));
        }
    }

    /** The whole answer. */
    ObjectNode answer(AnswerHead head, FinishReason reason, TokenUsage usage) {
        if (reason == FinishReason.CANCELLED) {
            throw new ProblemException(Answers.cancelled());
        }
        ObjectNode answer = head.write("chat.completion");
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("index", 0);
        choice.set("message", message());
        choice.putNull("logprobs");
        choice.put("finish_reason", Answers.finishReason(reason));
        answer.set("usage", Answers.usage(usage));
        return answer;
    }

    private ObjectNode message() {
        ObjectNode message = Json.object().put("role", "assistant");
        message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text.toString());
        message.putNull("refusal");
        if (!reasoning.isEmpty()) {
            message.put("reasoning_content", reasoning.toString());
        }
        if (!calls.isEmpty()) {
            ArrayNode list = message.putArray("tool_calls");
            calls.forEach(call -> write(call, list.addObject()));
        }
        return message;
    }

    private static void write(Call call, ObjectNode node) {
        node.put("id", call.id()).put("type", "function");
        node.putObject("function")
                .put("name", call.name())
                .put("arguments", call.arguments().toString());
    }
}
