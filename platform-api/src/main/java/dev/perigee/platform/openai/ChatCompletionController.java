package dev.perigee.platform.openai;

import dev.perigee.engine.chat.ToolDefinition;
import dev.perigee.engine.generation.GenerationEvent;
import dev.perigee.engine.generation.SchemaRefusedException;
import dev.perigee.platform.access.Caller;
import dev.perigee.platform.catalog.CatalogModel;
import dev.perigee.platform.completion.Completion;
import dev.perigee.platform.completion.CompletionRefusedException;
import dev.perigee.platform.completion.CompletionRequest;
import dev.perigee.platform.completion.Completions;
import dev.perigee.platform.quota.RateHeaders;
import dev.perigee.platform.web.IdempotencyHeader;
import dev.perigee.platform.web.Json;
import dev.perigee.platform.web.JsonBodies;
import dev.perigee.platform.web.Problem;
import dev.perigee.platform.web.ProblemException;
import dev.perigee.platform.web.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/chat/completions}. */
@Tag(name = "OpenAI")
@RestController
final class ChatCompletionController {

    private static final String IGNORED_HEADER = "x-perigee-ignored-parameters";

    private final Completions completions;
    private final JsonBodies bodies;
    private final Duration keepAlive;

    ChatCompletionController(Completions completions, JsonBodies bodies, Duration keepAlive) {
        this.completions = completions;
        this.bodies = bodies;
        this.keepAlive = keepAlive;
    }

    @Operation(summary = "Answer a conversation, streamed or not")
    @Parameter(
            name = IdempotencyHeader.NAME,
            in = ParameterIn.HEADER,
            description =
                    "1 to 255 visible ASCII characters of your choice: the request is billed once for a tenant and key. While it runs"
                            + " a repetition is refused with 409 idempotency_key_in_use, once it was billed with 409 idempotency_key_billed (the"
                            + " answer is not kept), with another body with 422 idempotency_key_reused. What was refused, or ended before its"
                            + " first token, leaves the key free.")
    @RequestBody(content = @Content(mediaType = "application/json", examples = @ExampleObject("""
            {"model":"moonlet","stream":true,"messages":[{"role":"user","content":"Tell me a short story about a cat."}]}""")))
    @PostMapping("/v1/chat/completions")
    void complete(@AuthenticationPrincipal Caller caller, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        Asked asked = read(caller, request);
        ChatCompletionOrder order = asked.order();
        try (Completion completion = start(request, response, caller, asked)) {
            AnswerHead head = new AnswerHead(completion.id(), Instant.now(), completion.model());
            RateHeaders.tell(completion.rates(), response);
            response.setHeader(CatalogModel.ATTRIBUTION_HEADER, head.model().licenseAttribution());
            if (!order.ignored().isEmpty()) {
                response.setHeader(IGNORED_HEADER, String.join(",", order.ignored()));
            }
            if (order.delivery().stream()) {
                ChatCompletionChunks chunks =
                        new ChatCompletionChunks(head, order.delivery().includeUsage(), completion::limitSource);
                new AnswerStream(completion, chunks, new EventStream(response)).send(keepAlive);
            } else {
                Json.write(response, collect(completion, head));
            }
        }
    }

    private record Asked(ChatCompletionOrder order, CompletionRequest.@Nullable Repeatable repeatable) {}

    private Asked read(Caller caller, HttpServletRequest request) throws IOException {
        ObjectNode body = Json.object();
        try {
            body = bodies.read(request);
            String key = IdempotencyHeader.of(request);
            String content = key == null ? "" : request.getRequestURI() + " " + Json.canonical(body);
            return new Asked(
                    ChatCompletionParser.parse(body),
                    key == null ? null : new CompletionRequest.Repeatable(key, content));
        } catch (ProblemException e) {
            completions.recordInvalid(
                    RequestId.of(request), caller, body.path("model").asString(""));
            throw e;
        }
    }

    private Completion start(HttpServletRequest http, HttpServletResponse response, Caller caller, Asked asked) {
        ChatCompletionOrder order = asked.order();
        String id = RequestId.of(http);
        CompletionRequest request = new CompletionRequest(
                id,
                new CompletionRequest.CallerContext(caller, order.endUser(), asked.repeatable()),
                order.model(),
                order.prompt(),
                order.sampling(),
                order.output());
        try {
            return completions.start(request);
        } catch (CompletionRefusedException e) {
            RateHeaders.tell(e.rates(), response);
            throw new ProblemException(Answers.refused(e.refusal()));
        } catch (IllegalArgumentException e) {
            completions.recordInvalid(id, caller, order.model());
            throw new ProblemException(invalid(e, order));
        }
    }

    private static Problem invalid(IllegalArgumentException e, ChatCompletionOrder order) {
        String message = String.valueOf(e.getMessage());
        if (!(e instanceof SchemaRefusedException refused)) {
            return Problem.invalid("invalid_value", null, message);
        }
        String tool = refused.tool();
        if (tool == null) {
            return Problem.invalid("invalid_json_schema", "response_format.json_schema.schema", message);
        }
        List<String> names =
                order.prompt().tools().stream().map(ToolDefinition::name).toList();
        return Problem.invalid(
                "invalid_function_parameters", "tools[" + names.indexOf(tool) + "].function.parameters", message);
    }

    private ObjectNode collect(Completion completion, AnswerHead head) throws InterruptedException {
        ChatCompletionCollector collector = new ChatCompletionCollector();
        while (true) {
            GenerationEvent event = completion.next(keepAlive);
            if (event instanceof GenerationEvent.Finished end) {
                ObjectNode answer = collector.answer(head, end.reason(), end.usage());
                Answers.tellLimit(answer, end.reason(), completion.limitSource());
                return answer;
            }
            if (event != null) {
                collector.add(event);
            }
        }
    }
}
